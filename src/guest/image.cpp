// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/image.hpp"

#include "core/json.hpp"

namespace gpupass::guest {
namespace {

/// Every partition table's sector, old (MBR) and new (GPT), ends with 55 aa.
bool has_partition_table(const std::string& head) {
  return head.size() >= 512 && head[510] == '\x55' && head[511] == '\xaa';
}

}  // namespace

Result<Image> read_image(const std::string& path, const std::string& info, const std::string& head) {
  GPUPASS_TRY_ASSIGN(const auto json, core::parse_json(info, "qemu-img info " + path));
  GPUPASS_TRY_ASSIGN(auto image, core::take_from_json("qemu-img info " + path, [&] {
                       return Image{path, json.at("format").get<std::string>(),
                                    json.at("virtual-size").get<std::uint64_t>()};
                     }));
  if (image.format == "raw" && !has_partition_table(head)) {
    return fail(ErrorKind::invalid,
                path +
                    " is no image of a disk: no format that qemu-img knows, and no partition "
                    "table at its beginning",
                "give a cloud image as its distribution publishes it (qcow2, or raw), unpacked");
  }
  return image;
}

}  // namespace gpupass::guest
