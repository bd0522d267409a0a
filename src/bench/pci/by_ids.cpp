// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/pci/by_ids.hpp"

#include <fmt/format.h>

#include <cctype>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::bench::pci {
namespace {

constexpr std::size_t k_colon = 4;  // where it stands
constexpr std::size_t k_length = 9;

}  // namespace

bool are_ids(const std::string& text) {
  if (text.size() != k_length || text[k_colon] != ':') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != k_colon && std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

std::string ids_of(const Host& host, const std::string& folder) {
  std::string ids;
  for (const auto* const name : {"/vendor", "/device"}) {
    const auto id = host.attribute(folder + name).value_or("");
    ids += (ids.empty() ? "" : ":") + id.substr(id.starts_with("0x") ? 2 : 0);
  }
  return are_ids(ids) ? ids : "";
}

Result<std::string> address_of(const Host& host, const std::string& address_or_ids) {
  if (!are_ids(address_or_ids)) return address_or_ids;
  std::string wanted = address_or_ids;
  for (auto& c : wanted) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  GPUPASS_TRY_ASSIGN(const auto names, host.list(sysfs::k_pci_devices));
  std::vector<std::string> found;
  for (const auto& name : names) {
    if (ids_of(host, sysfs::pci_device(name)) == wanted) found.push_back(name);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) return fail(ErrorKind::not_found, fmt::format("there is no PCI device {}", wanted));
  return fail(ErrorKind::usage,
              fmt::format("--pci {}: several have these ids: {}", wanted, core::enumerate(found)),
              "--pci ADDRESS names one");
}

}  // namespace gpupass::bench::pci
