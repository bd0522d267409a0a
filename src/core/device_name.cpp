// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/device_name.hpp"

#include <algorithm>
#include <cctype>

#include "gpupass/core/text.hpp"

namespace gpupass {

std::string to_string(const DeviceName& name) {
  const auto* const function = name.function();
  return function != nullptr ? to_string(*function) : name.mediated()->uuid;
}

std::optional<MediatedDevice> parse_uuid(std::string_view text) {
  constexpr std::string_view k_form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  const auto fits = [](char c, char form) {
    return form == 'x' ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : c == form;
  };
  if (!std::ranges::equal(text, k_form, fits)) return std::nullopt;
  MediatedDevice device{std::string(text)};
  std::ranges::transform(device.uuid, device.uuid.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return device;
}

std::optional<DeviceName> parse_device_name(std::string_view text) {
  if (const auto function = parse_pci_address(text)) return *function;
  auto mediated = parse_uuid(text);
  if (!mediated || mediated->uuid != text) return std::nullopt;
  return *std::move(mediated);
}

std::string names(const DeviceNames& devices) {
  std::vector<std::string> texts;
  for (const auto& device : devices) texts.push_back(to_string(device));
  return core::enumerate(texts);
}

DeviceNames names_of(const std::vector<PciAddress>& functions) {
  return {functions.begin(), functions.end()};
}

std::vector<PciAddress> functions_among(const DeviceNames& devices) {
  std::vector<PciAddress> functions;
  for (const auto& device : devices) {
    if (const auto* const function = device.function()) functions.push_back(*function);
  }
  return functions;
}

}  // namespace gpupass
