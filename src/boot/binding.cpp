// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "gpupass/boot_binding.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass {
namespace {

constexpr const char* k_folder = "/var/lib/gpupass/bindings";
constexpr const char* k_outcomes = "/run/gpupass/boot";

/// What follows the /devices/ of a resolved path: the way from the host bridge down.
std::string place_of(const Host& host, const PciAddress& device) {
  constexpr std::string_view k_devices = "/devices/";
  const auto path = host.resolve(sysfs::pci_device(device)).value_or("");
  const auto found = path.rfind(k_devices);
  return found == path.npos ? "-" : path.substr(found + k_devices.size());
}

/// 0 for what is no "0x10de": a bridge has no subsystem.
std::uint64_t hexadecimal(const std::string& text) {
  return text.starts_with("0x") ? core::parse_number(text.substr(2), 16).value_or(0) : 0;
}

/// "0x10de" and "0x2330" as "10de:2330"; what could not be read is "-".
std::string pair_text(std::string_view vendor, std::string_view device) {
  const auto digits = [](std::string_view text) { return text.substr(text.starts_with("0x") ? 2 : 0); };
  return fmt::format("{}:{}", digits(vendor), digits(device));
}

/// The way back: each as sysfs writes it.
std::pair<std::string, std::string> pair_from(const std::string& text) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto number = [](const std::string& digits) { return digits == "-" ? digits : "0x" + digits; };
  return {number(text.substr(0, colon)), number(text.substr(std::min(colon + 1, text.size())))};
}

}  // namespace

BootBinding identify(const Host& host, const PciAddress& device) {
  const auto attribute = [&](const char* name) {
    return host.attribute(sysfs::pci_device(device, name)).value_or("-");
  };
  return {device,
          attribute("vendor"),
          attribute("device"),
          attribute("subsystem_vendor"),
          attribute("subsystem_device"),
          attribute("class"),
          attribute("revision"),
          place_of(host, device),
          "",
          ""};
}

std::string identity_of(const BootBinding& binding) {
  return fmt::format("{} {} {} {} {} {} {}", binding.vendor, binding.device_id, binding.subsystem_vendor,
                     binding.subsystem_device, binding.class_code, binding.revision, binding.place);
}

Identity remembered(const BootBinding& binding) {
  Identity identity;
  identity.vendor = static_cast<std::uint16_t>(hexadecimal(binding.vendor));
  identity.device = static_cast<std::uint16_t>(hexadecimal(binding.device_id));
  identity.subsystem_vendor = static_cast<std::uint16_t>(hexadecimal(binding.subsystem_vendor));
  identity.subsystem_device = static_cast<std::uint16_t>(hexadecimal(binding.subsystem_device));
  identity.class_code = static_cast<std::uint32_t>(hexadecimal(binding.class_code));
  identity.place = place_of_path(binding.place);
  return identity;
}

std::string ids_text(const BootBinding& binding) {
  return pair_text(binding.vendor, binding.device_id);
}

std::string to_json(const BootBinding& binding) {
  return core::Json{{"schema", "gpupass.boot-binding/2"},
                    {"device", to_string(binding.device)},
                    {"ids", ids_text(binding)},
                    {"subsystem_ids", pair_text(binding.subsystem_vendor, binding.subsystem_device)},
                    {"class", binding.class_code},
                    {"revision", binding.revision},
                    {"place", binding.place},
                    {"since", binding.since},
                    {"boot_id", binding.boot_id}}
      .dump();
}

Result<BootBinding> boot_binding_from_json(const std::string& text) {
  return core::read_json(text, "boot binding", [](const core::Json& json) {
    const auto line = [&json](const char* field) { return core::line_from_json(json.at(field)); };
    BootBinding binding;
    binding.device = core::address_from_json(json.at("device"));
    if (json.contains("vendor")) {  // boot-binding/1
      binding.vendor = line("vendor");
      binding.device_id = line("device_id");
      binding.subsystem_vendor = line("subsystem_vendor");
      binding.subsystem_device = line("subsystem_device");
    } else {
      std::tie(binding.vendor, binding.device_id) = pair_from(line("ids"));
      std::tie(binding.subsystem_vendor, binding.subsystem_device) = pair_from(line("subsystem_ids"));
    }
    binding.class_code = line("class");
    binding.revision = line("revision");
    binding.place = line("place");
    binding.since = line("since");
    binding.boot_id = line("boot_id");
    return binding;
  });
}

std::string boot_binding_path(const PciAddress& device) {
  return fmt::format("{}/{}.json", k_folder, to_string(device));
}

Result<Records<BootBinding>> read_boot_bindings(const Host& host) {
  return load_records<BootBinding>(
      host, k_folder, [&](const std::string& name) -> Result<std::optional<BootBinding>> {
        const auto device = parse_pci_address(name);
        if (!device) return std::optional<BootBinding>();
        const auto unreadable = [&](Error error) {
          return damaged(std::move(error),
                         fmt::format("then `gpupass unbind --persist --apply {0}` ends the "
                                     "binding, or `gpupass bind --persist --apply {0}` renews it",
                                     name));
        };
        const auto path = boot_binding_path(*device);
        const auto text = host.read(path);
        if (!text) return unreadable(text.error());
        auto binding = boot_binding_from_json(*text);
        if (!binding) return unreadable(within(path, binding.error()).value());
        return std::optional(*std::move(binding));
      });
}

std::string boot_list(const std::vector<BootBinding>& bindings) {
  std::string text =
      "# Written by `gpupass bind --persist`, read at boot by boot-bind beside it. One function per line: "
      "address,\n"
      "# vendor, device, subsystem vendor, subsystem device, class, revision, place. A device that differs "
      "is not bound.\n";
  for (const auto& binding : bindings)
    text += fmt::format("{} {}\n", to_string(binding.device), identity_of(binding));
  return text;
}

std::map<PciAddress, std::string> listed_for_boot(const Host& host) {
  std::map<PciAddress, std::string> listed;
  const auto text = host.read(k_boot_list).value_or("");
  for (const auto line : core::split(text, '\n')) {
    const auto end = line.find(' ');
    if (end == line.npos) continue;
    if (const auto device = parse_pci_address(line.substr(0, end)))
      listed.emplace(*device, line.substr(end + 1));
  }
  return listed;
}

BootBinding listed_binding(const PciAddress& device, const std::string& identity) {
  auto words = core::words(identity);
  words.resize(7);  // a line that somebody cut
  const auto word = [&](std::size_t number) { return std::string(words[number]); };
  return {device, word(0), word(1), word(2), word(3), word(4), word(5), word(6), "", ""};
}

std::optional<std::string> boot_outcome(const Host& host, const PciAddress& device) {
  auto word = host.attribute(fmt::format("{}/{}", k_outcomes, to_string(device)));
  if (!word) return std::nullopt;
  return *std::move(word);
}

}  // namespace gpupass
