// SPDX-License-Identifier: GPL-2.0-or-later
// `modprobe NAME`. Undone by unloading it.
#include <fmt/format.h>

#include <algorithm>

#include "apply/steps/kinds.hpp"
#include "gpupass/core/sysfs.hpp"
#include "gpupass/core/text.hpp"

namespace gpupass::apply {
namespace {

bool is_loaded(const Host& host, const std::string& module) {
  auto name = module;
  std::replace(name.begin(), name.end(), '-', '_');
  return host.exists(sysfs::kernel_module(name)) || host.exists(sysfs::pci_driver(module));
}

class LoadModuleKind final : public Kind<LoadModule> {
 public:
  Subject subject(const LoadModule& /*step*/) const override { return {}; }

  std::string words(const LoadModule& step) const override {
    return fmt::format("load the kernel module {}", step.module);
  }
  std::string words_back(const LoadModule& step) const override {
    return fmt::format("unload the kernel module {}", step.module);
  }
  const char* name() const override { return "load-module"; }
  core::Json fields(const LoadModule& step) const override {
    return core::Json::object({{"module", step.module}});
  }
  LoadModule read(const core::Json& json) const override { return {core::line_from_json(json.at("module"))}; }

  Result<Look> look(const LoadModule& step, Doors& doors) const override {
    return Look{is_loaded(doors.host, step.module), ""};
  }
  Result<WriteEnd> carry_out(const LoadModule& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto end, doors.host.run({{"modprobe", step.module}, "", doors.step_timeout}));
    if (is_loaded(doors.host, step.module)) return WriteEnd{};
    return fail(ErrorKind::unsupported,
                fmt::format("the kernel module {} cannot be loaded: {}", step.module, core::trim(end.errors)),
                "install the kernel's modules (Debian: linux-image-amd64; the cloud kernel has no vfio-pci)");
  }
  /// A module that something else uses now stays, as it should.
  Result<WriteEnd> undo(const LoadModule& step, const JournalEntry& /*entry*/, Doors& doors) const override {
    if (is_loaded(doors.host, step.module)) {
      GPUPASS_TRY(doors.host.run({{"modprobe", "-r", step.module}, "", doors.step_timeout}));
    }
    return WriteEnd{};
  }
};

}  // namespace

template <>
const Kind<LoadModule>& kind() {
  static const LoadModuleKind row;
  return row;
}

}  // namespace gpupass::apply
