// SPDX-License-Identifier: GPL-2.0-or-later
// Asking the kernel for a virtual machine: that /dev/kvm can be opened proves nothing.
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "gpupass/host.hpp"
#include "gpupass/sys/fd.hpp"

namespace gpupass {

KvmProbe Host::probe_kvm() const {
  KvmProbe probe;
  if (captured()) {
    probe.error = changeable().error().what;
    return probe;
  }
  probe.node_present = exists("/dev/kvm");
  if (!probe.node_present) {
    probe.error = "/dev/kvm does not exist";
    return probe;
  }
  const sys::Fd kvm(open(at("/dev/kvm").c_str(), O_RDWR | O_CLOEXEC));
  probe.opened = static_cast<bool>(kvm);
  if (!probe.opened) {
    probe.denied = errno == EACCES || errno == EPERM;
    probe.error = sys::errno_error("open /dev/kvm", errno).what;
    return probe;
  }
  const int version = ioctl(kvm.get(), KVM_GET_API_VERSION, 0);
  if (version > 0) probe.api_version = version;
  // Of arm64 a machine's type is the size of its addresses: the 40 bits that 0 stands for are more than some
  // processors have. Elsewhere the question is answered with 0.
  const int bits = version > 0 ? ioctl(kvm.get(), KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE) : 0;
  const sys::Fd machine(version > 0 ? ioctl(kvm.get(), KVM_CREATE_VM, bits > 0 ? bits : 0) : -1);
  probe.machine_created = static_cast<bool>(machine);
  if (!probe.machine_created)
    probe.error = sys::errno_error("make a virtual machine with /dev/kvm", errno).what;
  return probe;
}

}  // namespace gpupass
