// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/guest/image.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "gpupass/core/json.hpp"

namespace gpupass::guest {
namespace {

/// Every partition table's sector, old (MBR) and new (GPT), ends with 55 aa.
bool has_partition_table(const std::string& head) {
  return head.size() >= 512 && head[510] == '\x55' && head[511] == '\xaa';
}

/// The header's numbers, which are big-endian.
class Header {
 public:
  explicit Header(std::string_view bytes) : bytes_(bytes) {}

  /// `size` bytes at `offset`; nothing beyond the end.
  [[nodiscard]] std::optional<std::uint64_t> number(std::size_t offset, std::size_t size) const {
    const auto bytes = text(offset, size);
    if (!bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (const char byte : *bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }
  [[nodiscard]] std::optional<std::string_view> text(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    return bytes_.substr(offset, size);
  }

 private:
  std::string_view bytes_;
};

constexpr std::string_view k_magic{"QFI\xfb", 4};
constexpr std::size_t k_version = 4, k_backing_offset = 8, k_backing_size = 16, k_incompatible = 72,
                      k_header_length = 100;
constexpr std::uint64_t k_external_data = 1U << 2U;     // a bit of the incompatible features
constexpr std::uint64_t k_data_file_name = 0x44415441;  // a header extension
constexpr std::uint64_t k_length_of_2 = 72;             // of a header of version 2, which does not say

Failure broken(const std::string& path) {
  return fail(ErrorKind::invalid, path + " has an inconsistent qcow2 header",
              "download the image again; `qemu-img check` says more about an image that you trust");
}

std::optional<std::string> backing_of(const Header& header) {
  const auto offset = header.number(k_backing_offset, 8).value_or(0);
  if (offset == 0) return std::nullopt;
  return std::string(header.text(offset, header.number(k_backing_size, 4).value_or(0)).value_or(""));
}

/// The name of the external data file, which an extension of the header has.
std::string data_file_name(const Header& header) {
  for (auto at = header.number(k_header_length, 4).value_or(k_length_of_2);;) {
    const auto kind = header.number(at, 4);
    const auto size = header.number(at + 4, 4);
    if (!kind || !size || *kind == 0) return "";
    if (*kind == k_data_file_name) return std::string(header.text(at + 8, *size).value_or(""));
    at += 8 + (*size + 7) / 8 * 8;
  }
}

std::optional<std::string> named(const core::Json& json, const char* field) {
  const auto found = json.find(field);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

Result<OtherFiles> other_files(const std::string& path, const std::string& head) {
  if (!head.starts_with(k_magic)) return OtherFiles{};
  const Header header(head);
  const auto version = header.number(k_version, 4);
  if (!version || *version < 1 || *version > 3 || !header.number(k_incompatible - 8, 8)) return broken(path);
  OtherFiles files;
  files.backing = backing_of(header);
  if (*version < 3) return files;
  const auto features = header.number(k_incompatible, 8);
  if (!features || !header.number(k_header_length, 4)) return broken(path);
  if ((*features & k_external_data) != 0) files.data = data_file_name(header);
  return files;
}

Result<OtherFiles> other_files_by_info(const std::string& path, const std::string& info) {
  return core::read_json(info, "qemu-img info " + path, [](const core::Json& json) {
    OtherFiles files{named(json, "backing-filename"), std::nullopt};
    const auto specific = json.find("format-specific");
    if (specific != json.end() && specific->contains("data"))
      files.data = named(specific->at("data"), "data-file");
    return files;
  });
}

std::optional<std::string> path_beside(const std::string& image, const std::string& name) {
  // QEMU takes what comes before a colon for a protocol, unless a slash comes before it.
  const auto colon = name.find(':');
  if (name.empty() || (colon != name.npos && colon < name.find('/'))) return std::nullopt;
  return (std::filesystem::path(image).parent_path() / name).lexically_normal().string();
}

Result<Image> read_image(const std::string& path, const std::string& info, const std::string& head) {
  GPUPASS_TRY_ASSIGN(const auto json, core::parse_json(info, "qemu-img info " + path));
  GPUPASS_TRY_ASSIGN(auto image, core::take_from_json("qemu-img info " + path, [&] {
                       return Image{path, json.at("format").get<std::string>(),
                                    json.at("virtual-size").get<std::uint64_t>()};
                     }));
  if (image.format != "raw" && image.format != "qcow2") {
    return fail(
        ErrorKind::invalid,
        fmt::format("{} is a {} image; gpupass accepts qcow2 and raw", path, image.format),
        fmt::format("`qemu-img convert -O qcow2 {} NEW.qcow2` makes one, if you trust the image", path));
  }
  if (image.format == "raw" && !has_partition_table(head)) {
    return fail(ErrorKind::invalid,
                path +
                    " is not a disk image: no format that qemu-img knows, and no partition "
                    "table at its beginning",
                "give a cloud image as its distribution publishes it (qcow2, or raw), unpacked");
  }
  return image;
}

}  // namespace gpupass::guest
