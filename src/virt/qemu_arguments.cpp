// SPDX-License-Identifier: GPL-2.0-or-later
#include "virt/qemu_arguments.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "gpupass/core/text.hpp"

namespace gpupass::virt {
namespace {

/// A number in hexadecimal of any width, as QEMU's strtoul reads it.
std::optional<std::uint64_t> hexadecimal(std::string_view text, std::uint64_t most) {
  const auto value = core::parse_number(text, 16);
  return value && *value <= most ? value : std::nullopt;
}

/// [DOMAIN:]BUS:SLOT[.FUNCTION] (QEMU, hw/core/qdev-properties-system.c: set_pci_host_devaddr).
std::optional<PciAddress> qemu_address(std::string_view text) {
  const auto numbers = core::split(text.substr(0, text.find('.')), ':');
  if (numbers.size() < 2 || numbers.size() > 3) return std::nullopt;
  const auto point = text.find('.');
  const auto domain = numbers.size() == 3 ? hexadecimal(numbers[0], 0xffffffff) : 0;
  const auto bus = hexadecimal(numbers[numbers.size() - 2], 0xff);
  const auto slot = hexadecimal(numbers.back(), 0x1f);
  const auto function = point == std::string_view::npos ? 0 : hexadecimal(text.substr(point + 1), 7);
  if (!domain || !bus || !slot || !function) return std::nullopt;
  return PciAddress{static_cast<std::uint32_t>(*domain), static_cast<std::uint8_t>(*bus),
                    static_cast<std::uint8_t>(*slot), static_cast<std::uint8_t>(*function)};
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view k_shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() == k_shape.size() && std::ranges::equal(text, k_shape, [](char c, char shape) {
           return shape == '-' ? c == '-' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

/// The device that a path below /sys leads to, by its last component.
std::optional<HostDevice> device_at(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const auto name = path.substr(path.rfind('/') + 1);  // npos + 1: all of it
  if (const auto function = parse_pci_address(name)) return HostDevice{function, ""};
  if (is_uuid(name)) return HostDevice{std::nullopt, lower_case(std::string(name))};
  return std::nullopt;
}

using Properties = std::vector<std::pair<std::string, std::string>>;

/// "vfio-pci,host=01:00.0,x-vga=on"; a comma in a value is doubled.
Properties properties_of_words(std::string_view text) {
  Properties properties;
  std::string word;
  const auto take = [&] {
    const auto equals = word.find('=');
    if (equals != std::string::npos) properties.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ',') {
      word += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == ',') {
      word += text[i++];
    } else {
      take();
    }
  }
  take();
  return properties;
}

/// {"driver":"vfio-pci","host":"0000:01:00.0"}; none for what is no JSON, which QEMU would refuse.
Properties properties_of_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  Properties properties;
  if (!json.is_object()) return properties;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) properties.emplace_back(name, value.get<std::string>());
  }
  return properties;
}

/// "device.ID.PROPERTY=VALUE" of -set and "DRIVER.PROPERTY=VALUE" of -global.
Properties property_behind_the_point(std::string_view text) {
  const auto equals = text.find('=');
  const auto point = text.substr(0, equals).rfind('.');
  if (equals == std::string_view::npos || point == std::string_view::npos) return {};
  return {{std::string(text.substr(point + 1, equals - point - 1)), std::string(text.substr(equals + 1))}};
}

/// QEMU's own driver of NVMe takes the function through VFIO: "nvme://0000:01:00.0/1" of -drive, "device" of
/// -blockdev with the driver nvme (block/nvme.c).
std::optional<HostDevice> nvme_drive_of(std::string_view property, std::string_view value) {
  constexpr std::string_view k_url = "nvme://";
  const bool is_url = value.starts_with(k_url);
  if (!is_url && property != "device" && !property.ends_with(".device")) return std::nullopt;
  if (is_url) value.remove_prefix(k_url.size());
  const auto function = qemu_address(value.substr(0, value.find('/')));
  return function ? std::optional(HostDevice{function, ""}) : std::nullopt;
}

bool is_drive(const std::string& option) {
  return option == "drive" || option == "blockdev";
}

Properties properties_of(const std::string& option, const std::string& value) {
  if (option == "device" || is_drive(option)) {
    const auto first = value.find_first_not_of(" \t\r\n");
    const bool is_json = first != std::string::npos && value[first] == '{';
    return is_json ? properties_of_json(value) : properties_of_words(value);
  }
  if (option == "global" || (option == "set" && value.starts_with("device.")))
    return property_behind_the_point(value);
  return {};
}

/// "device" of "-device" and of "--device".
std::string option_of(std::string_view argument) {
  if (!argument.starts_with('-')) return {};
  argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
  return std::string(argument);
}

/// An option and its value that were written as one argument: QEMU does not understand that, but who wrote it
/// meant it.
std::vector<std::string> taken_apart(const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  for (const auto& argument : arguments) {
    const auto blank = argument.find_first_of(" \t");
    if (!argument.starts_with('-') || blank == std::string::npos) {
      words.push_back(argument);
      continue;
    }
    words.push_back(argument.substr(0, blank));
    words.emplace_back(core::trim(std::string_view(argument).substr(blank)));
  }
  return words;
}

}  // namespace

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return text;
}

std::optional<HostDevice> host_device_of(std::string_view property, const std::string& value) {
  if (property == "sysfsdev") return device_at(value);
  if (property != "host") return std::nullopt;
  const auto function = qemu_address(value);
  return function ? std::optional(HostDevice{function, ""}) : std::nullopt;
}

std::vector<HostDevice> host_devices_of(const std::vector<std::string>& arguments) {
  const auto words = taken_apart(arguments);
  std::vector<HostDevice> devices;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const auto option = option_of(words[i]);
    for (const auto& [name, value] : properties_of(option, words[i + 1])) {
      auto device = is_drive(option) ? nvme_drive_of(name, value) : host_device_of(name, value);
      if (device) devices.push_back(*std::move(device));
    }
  }
  return devices;
}

}  // namespace gpupass::virt
