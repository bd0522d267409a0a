// SPDX-License-Identifier: GPL-2.0-or-later
// The only file that knows libpci. Its error function must not return, and gpupass must not end the program,
// so only those of its functions are called that have nothing to call it for but memory that has run out: no
// pci_scan_bus() (a folder with an odd name is an error to it), no pci_fill_info() of sysfs values, no name
// list (one malformed line is an error to it).
#include "discover/pci.hpp"

#include "gpupass/core/sysfs.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>

extern "C" {
#include <pci/pci.h>
}

namespace gpupass::discover {
namespace {

// gnu:: for clang, to which the standard attribute is no part of the type.
[[gnu::noreturn]] void out_of_memory(char*, ...) {  // NOLINT(cert-dcl50-cpp): libpci's signature
  std::terminate();
}

/// What libpci would warn of shows in what its functions return.
void say_nothing(char*, ...) {}  // NOLINT(cert-dcl50-cpp): libpci's signature

// Of a real device each read of four bytes crosses the bus: no more is read than everybody may.
constexpr int k_standard = 64;

HeaderType type_of(std::uint8_t byte) {
  switch (byte & 0x7fU) {
    case PCI_HEADER_TYPE_NORMAL:
      return HeaderType::endpoint;
    case PCI_HEADER_TYPE_BRIDGE:
      return HeaderType::bridge;
    case PCI_HEADER_TYPE_CARDBUS:
      return HeaderType::cardbus;
    default:
      return HeaderType::unreadable;  // all ones: the function does not answer
  }
}

struct Free {
  void operator()(pci_dev* device) const { pci_free_dev(device); }
};

std::unique_ptr<pci_dev, Free> open_device(pci_access* access, const PciAddress& address) {
  return std::unique_ptr<pci_dev, Free>(
      pci_get_dev(access, static_cast<int>(address.domain), address.bus, address.slot, address.function));
}

std::optional<std::uint32_t> read_word(pci_dev* device, int at) {
  std::array<std::uint8_t, 4> bytes{};
  if (pci_read_block(device, at, bytes.data(), static_cast<int>(bytes.size())) == 0) return std::nullopt;
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8U | std::uint32_t{bytes[2]} << 16U |
         std::uint32_t{bytes[3]} << 24U;
}

/// As lspci writes it. Nothing for one that was never filled in.
std::optional<std::string> serial_text(std::uint32_t low, std::uint32_t high) {
  const auto serial = static_cast<std::uint64_t>(high) << 32U | low;
  if (serial == 0 || serial == ~std::uint64_t{0}) return std::nullopt;
  std::string text;
  for (unsigned shift = 64; shift > 0; shift -= 8)
    text += fmt::format("{}{:02x}", text.empty() ? "" : "-", serial >> (shift - 8) & 0xffU);
  return text;
}

/// The little-endian word at an offset; nothing beyond the end.
std::optional<std::uint32_t> word_at(std::string_view bytes, int at) {
  const auto start = static_cast<std::size_t>(at);
  if (start + 4 > bytes.size()) return std::nullopt;
  std::uint32_t word = 0;
  for (std::size_t i = 4; i-- > 0;) word = word << 8U | static_cast<unsigned char>(bytes[start + i]);
  return word;
}

/// `word` reads the configuration space at an offset. A chain of capabilities, each with the place of the
/// next: not longer than there is room for.
template <class Word>
std::optional<std::string> serial_in(Word word) {
  constexpr int k_first = 0x100, k_header = 4, k_room = (0x1000 - k_first) / 8;
  int at = k_first;
  for (int i = 0; i < k_room && at >= k_first; ++i) {
    const auto header = word(at);
    if (!header || *header == 0 || *header == ~0U) return std::nullopt;
    if ((*header & 0xffffU) == PCI_EXT_CAP_ID_DSN) {
      const auto low = word(at + k_header);
      const auto high = word(at + 2 * k_header);
      return low && high ? serial_text(*low, *high) : std::nullopt;
    }
    at = static_cast<int>(*header >> 20U);
  }
  return std::nullopt;
}

std::string config_path(const PciAddress& address) {
  return sysfs::pci_device(address, "config");
}

}  // namespace

void ConfigSpace::Close::operator()(pci_access* access) const {
  pci_cleanup(access);
}

Result<ConfigSpace> ConfigSpace::open(const Host& host) {
  ConfigSpace space;
  if (host.captured()) {  // whose files libpci would open by whatever links lead there
    space.captured_ = &host;
    return space;
  }
  constexpr std::size_t k_longest = 900;  // libpci builds a function's paths in 1024 bytes
  auto path = host.at(sysfs::k_pci).string();
  if (path.size() > k_longest) {
    return fail(ErrorKind::invalid, "the path " + path + " is too long for libpci",
                "move the root to a shorter path");
  }
  space.access_.reset(pci_alloc());
  auto& access = *space.access_;
  access.method = PCI_ACCESS_SYS_BUS_PCI;
  access.error = out_of_memory;
  access.warning = say_nothing;
  access.debug = say_nothing;
  pci_set_param(&access, const_cast<char*>("sysfs.path"), path.data());
  pci_init(&access);
  return space;
}

std::optional<HeaderType> ConfigSpace::header_type(const PciAddress& address) const {
  if (captured_ != nullptr) {
    const auto bytes = captured_->read_start(config_path(address), static_cast<std::size_t>(k_standard));
    if (!bytes || bytes->size() <= PCI_HEADER_TYPE) return std::nullopt;
    return type_of(static_cast<std::uint8_t>((*bytes)[PCI_HEADER_TYPE]));
  }
  const auto device = open_device(access_.get(), address);
  std::array<std::uint8_t, k_standard> bytes{};
  if (pci_read_block(device.get(), 0, bytes.data(), k_standard) == 0) return std::nullopt;
  return type_of(bytes[PCI_HEADER_TYPE]);
}

std::optional<std::string> ConfigSpace::serial_number(const PciAddress& address) const {
  if (captured_ == nullptr) {
    const auto device = open_device(access_.get(), address);
    return serial_in([&](int at) { return read_word(device.get(), at); });
  }
  constexpr std::size_t k_all = 0x1000;
  const auto bytes = captured_->read_start(config_path(address), k_all).value_or("");
  return serial_in([&](int at) { return word_at(bytes, at); });
}

std::string name_list() {
  auto* const access = pci_alloc();
  std::string path = access->id_file_name;
  pci_cleanup(access);
  // libpci that knows zlib names pci.ids.gz and takes pci.ids where that is not there.
  constexpr std::string_view k_packed = ".gz";
  if (path.ends_with(k_packed)) path.resize(path.size() - k_packed.size());
  return path;
}

}  // namespace gpupass::discover
