// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/needs.hpp"

#include <fmt/format.h>

#include "bench/cuda/cuda.hpp"
#include "gpupass/core/sysfs.hpp"

namespace gpupass::bench {
namespace {

Result<> pci_device(const Host& host, const std::string& address) {
  if (address.empty()) {
    return fail(ErrorKind::usage, "no PCI device was named",
                "--pci ADDRESS names one, as `lspci -D` shows it");
  }
  if (!host.exists(sysfs::pci_device(address))) {
    return fail(ErrorKind::not_found, fmt::format("there is no PCI device {}", address));
  }
  return {};
}

Result<> start_known(const Settings& settings) {
  if (settings.started) return {};
  return fail(ErrorKind::usage, "the time at which this run was started is not known",
              "`gpupass bench experiment` gives it to the programs that it starts on its own kernel");
}

}  // namespace

Result<> NeedsMet::operator()(Needs needs) {
  const auto known = seen_.find(needs);
  return known != seen_.end() ? known->second : seen_.emplace(needs, look(needs)).first->second;
}

Result<> NeedsMet::look(Needs needs) const {
  if (needs == Needs::nothing) return {};
  if (needs == Needs::start) return start_known(settings_);
  if (needs == Needs::pci_device) return pci_device(host_, settings_.pci);
  GPUPASS_TRY(cuda::usable(settings_.device));
  if (needs == Needs::cublas) return cuda::cublas_usable();
  if (needs == Needs::two_cards) return cuda::two_cards();
  return {};
}

}  // namespace gpupass::bench
