// SPDX-License-Identifier: GPL-2.0-or-later
// A guest's disk: a qcow2 file over an image, which is not changed. Undone by removing it.
#include <fmt/format.h>

#include "apply/guest_files.hpp"
#include "apply/steps/kinds.hpp"
#include "gpupass/core/quantity.hpp"

namespace gpupass::apply {
namespace {

class MakeDiskKind final : public MadeFile<MakeDisk> {
 public:
  std::string words(const MakeDisk& step) const override {
    return fmt::format("make {} over {} ({}, {})", step.path, step.image, step.format,
                       core::size_text(step.size));
  }
  const char* name() const override { return "make-disk"; }
  core::Json fields(const MakeDisk& step) const override {
    return {{"path", step.path}, {"image", step.image}, {"format", step.format}, {"size", step.size}};
  }
  MakeDisk read(const core::Json& json) const override {
    return {core::line_from_json(json.at("path")), core::line_from_json(json.at("image")),
            core::line_from_json(json.at("format")), core::number_from_json<std::uint64_t>(json.at("size"))};
  }

  Result<WriteEnd> carry_out(const MakeDisk& step, Doors& doors) const override {
    return make_file(doors, step.path, sys::k_qemu_img,
                     {"qemu-img", "create", "-q", "-f", "qcow2", "-F", step.format, "-b", step.image,
                      step.path, std::to_string(step.size)});
  }
};

}  // namespace

template <>
const Kind<MakeDisk>& kind() {
  static const MakeDiskKind row;
  return row;
}

}  // namespace gpupass::apply
