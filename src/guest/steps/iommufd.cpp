// SPDX-License-Identifier: GPL-2.0-or-later
// The cards through iommufd, the newer of the kernel's two interfaces, if this libvirt supports it.
#include "gpupass/virt/hostdev.hpp"
#include "guest/edit.hpp"
#include "guest/steps.hpp"

namespace gpupass::guest {
namespace {

/// 12.1 has the setting but crashes with network cards; domain capabilities tell of it from 12.2 on.
constexpr auto k_iommufd = libvirt(12, 2, 0);

/// Nothing if it can be used.
std::string obstacle(const Tuning& tuning) {
  const auto& facts = tuning.host.libvirt;
  if (facts.version < k_iommufd)
    return "libvirt " + version_text(facts.version) + " does not support it, or not well; 12.2 and later do";
  if (!facts.iommufd) return "libvirt's domain capabilities do not list it: QEMU was built without it";
  if (tuning.domain.root().FirstChildElement("qemu:override") != nullptr)
    return "cards cannot reach each other's memory through it, and this guest's must (step peer-to-peer)";
  return {};
}

}  // namespace

Result<void> iommufd(Tuning& tuning) {
  Choice choice{"iommufd", "no",
                "the kernel's newer interface: a card at a time, without the lock on its group",
                "libvirt 12.1 and 12.2, release notes; QEMU, docs/devel/vfio-iommufd.rst", obstacle(tuning)};
  if (choice.warning.empty()) {
    GPUPASS_TRY_ASSIGN(const auto hostdevs, virt::hostdevs(tuning.domain));
    for (const auto& hostdev : hostdevs) set(virt::child(*hostdev.element, "driver"), "iommufd", "yes");
    choice.value = "yes";
  }
  tuning.choices.push_back(std::move(choice));
  return {};
}

}  // namespace gpupass::guest
