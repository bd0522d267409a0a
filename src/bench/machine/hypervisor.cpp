// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <cstring>
#include <string>

#include "bench/machine/environment.hpp"
#ifdef __x86_64__
#include <cpuid.h>
#endif

namespace gpupass::bench {

std::string hypervisor() {
#ifdef __x86_64__
  constexpr unsigned k_runs_under_one = 1U << 31U;  // of leaf 1, ECX
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & k_runs_under_one) == 0) return "none";
  __cpuid(0x40000000, eax, ebx, ecx, edx);
  std::array<char, 13> signature{};
  std::memcpy(signature.data(), &ebx, 4);
  std::memcpy(signature.data() + 4, &ecx, 4);
  std::memcpy(signature.data() + 8, &edx, 4);
  const std::string text = signature.data();
  if (text == "KVMKVMKVM") return "KVM";
  if (text == "TCGTCGTCGTCG") return "QEMU without KVM";
  if (text == "Microsoft Hv") return "Hyper-V";
  if (text == "VMwareVMware") return "VMware";
  if (text == "XenVMMXenVMM") return "Xen";
  return text.empty() ? "unnamed" : text;
#else
  return "unknown";
#endif
}

}  // namespace gpupass::bench
