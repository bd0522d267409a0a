// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/boot/changes.hpp"

#include <algorithm>

#include "gpupass/boot/kernel_options.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::boot {
namespace {

constexpr unsigned k_text_mode = 0644;
constexpr unsigned k_program_mode = 0755;

std::vector<std::string> rebuild_initramfs(const Host& host, InitramfsTool tool) {
  switch (tool) {
    case InitramfsTool::initramfs_tools:
      return {program(host, "update-initramfs"), "-u", "-k", "all"};
    case InitramfsTool::dracut:
      return {program(host, "dracut"), "--regenerate-all", "--force"};
    case InitramfsTool::mkinitcpio:
      return {program(host, "mkinitcpio"), "-P"};
    case InitramfsTool::none:
      break;
  }
  return {};
}

unsigned mode_for(const std::string& text) {
  return text.starts_with("#!") ? k_program_mode : k_text_mode;
}

/// What the initramfs was last generated with. Written with the files and before the program runs, whose
/// failure takes it back: files that a person copied do not show whether they ran it.
std::string record_of(const SetFiles& step) {
  const core::Json json{{"schema", "gpupass.boot-files/1"},
                        {"program", step.program},
                        {"files", core::Json::parse(to_json(step.files))}};
  return json.dump() + "\n";
}

/// Everything that runs at boot, and the list it reads, in one step: the initramfs holds copies of them.
Result<SetFiles> runs_at_boot(const Host& host, const Machine& machine, const std::filesystem::path& data,
                              const std::vector<BootBinding>& bindings) {
  const Host here;  // gpupass's own files, whatever machine is being looked at
  const bool none = bindings.empty();
  SetFiles step{none ? "remove gpupass from the boot"
                     : "reserve them for vfio-pci at boot, before any driver is loaded",
                {},
                rebuild_initramfs(host, machine.initramfs),
                rebuild_initramfs(host, machine.initramfs)};
  step.files.push_back({k_boot_list, none ? std::nullopt : std::optional(boot_list(bindings)), k_text_mode});
  for (const auto& file : shipped_files(machine, data)) {
    GPUPASS_TRY_ASSIGN(auto text, here.read(file.origin.string()));
    const auto mode = mode_for(text);
    step.files.push_back({file.path, none ? std::nullopt : std::optional(std::move(text)), mode});
  }
  if (!step.program.empty())
    step.files.push_back({k_files_record, none ? std::nullopt : std::optional(record_of(step))});
  return step;
}

}  // namespace

bool is_so(const Host& host, const FileContent& file) {
  const auto now = host.read(file.path);
  if (!file.text) return !now && now.error().kind == ErrorKind::not_found;
  return now == *file.text && host.mode_of(file.path) == file.mode;
}

std::vector<Shipped> shipped_files(const Machine& machine, const std::filesystem::path& data) {
  const auto folder = data / "scripts/boot";
  std::vector<Shipped> files = {{folder / "boot-bind", "/etc/gpupass/boot-bind"}};
  if (machine.systemd) {
    files.push_back({folder / "gpupass-boot.service", "/etc/systemd/system/gpupass-boot.service"});
    files.push_back(
        {folder / "sysinit.target.conf", "/etc/systemd/system/sysinit.target.d/gpupass-boot.conf"});
  }
  switch (machine.initramfs) {
    case InitramfsTool::initramfs_tools:
      files.push_back({folder / "initramfs-tools/hook", "/etc/initramfs-tools/hooks/gpupass"});
      files.push_back(
          {folder / "initramfs-tools/init-top", "/etc/initramfs-tools/scripts/init-top/00-gpupass"});
      break;
    case InitramfsTool::dracut:  // which looks for modules nowhere else
      files.push_back(
          {folder / "dracut/module-setup.sh", "/usr/lib/dracut/modules.d/90gpupass/module-setup.sh"});
      files.push_back({folder / "dracut/boot-bind.sh", "/usr/lib/dracut/modules.d/90gpupass/boot-bind.sh"});
      break;
    case InitramfsTool::mkinitcpio:
      files.push_back({folder / "mkinitcpio/install", "/etc/initcpio/install/gpupass"});
      files.push_back({folder / "mkinitcpio/hook", "/etc/initcpio/hooks/gpupass"});
      files.push_back({folder / "mkinitcpio/conf", "/etc/mkinitcpio.conf.d/gpupass.conf"});
      break;
    case InitramfsTool::none:
      break;
  }
  return files;
}

Result<std::vector<SetFiles>> changes(const Host& host, const Machine& machine,
                                      const std::filesystem::path& data, const Wanted& wanted) {
  if (!machine.systemd && machine.initramfs == InitramfsTool::none) {
    return fail(ErrorKind::unsupported,
                "this machine has neither systemd nor initramfs-tools, dracut or mkinitcpio, so nothing that "
                "gpupass knows runs before the drivers are loaded",
                "nothing was changed; docs/boot-binding.md says how a start script can do it");
  }
  std::vector<SetFiles> steps;
  GPUPASS_TRY_ASSIGN(auto runs, runs_at_boot(host, machine, data, wanted.bindings));
  const bool done = std::ranges::all_of(runs.files, [&](const auto& file) { return is_so(host, file); });
  if (!done) steps.push_back(std::move(runs));
  GPUPASS_TRY_ASSIGN(auto options, wanted.bindings.empty()
                                       ? drop_kernel_words(host)
                                       : add_kernel_words(host, machine.loader, wanted.kernel_words));
  if (options) steps.push_back(*std::move(options));
  return steps;
}

}  // namespace gpupass::boot
