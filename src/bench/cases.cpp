// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/case.hpp"
#include "bench/pci/cases.hpp"
#include "bench/processor/cases.hpp"
#ifdef GPUPASS_BENCH_CUDA
#include "bench/cuda/cases.hpp"
#define GPUPASS_CUDA_CASE(function) cuda::function
#else
// The table is the same without CUDA; what these cases need is never met then.
#define GPUPASS_CUDA_CASE(function) nullptr
#endif

namespace gpupass::bench {
namespace {

// clang-format off
const std::vector<Case> k_cases = {
    {"pci.config", Group::pci, "time an access", "s", Better::lower, Needs::pci_device,
     "time ÷ reads of vendor and device, a system call each", "answer of each read",
     "every access to the configuration space is trapped and done by the hypervisor",
     pci::config},
    {"pci.mmio.read", Group::pci, "time an access", "s", Better::lower, Needs::pci_device,
     "time ÷ reads of one word of a prefetchable BAR, by width", "the word stays what it was",
     "nothing where the BAR is mapped directly; much where accesses are trapped",
     pci::mmio_read},
    {"pci.mmio.write", Group::pci, "time an access", "s", Better::lower, Needs::pci_device,
     "time ÷ writes of the word that stands there, with a read at the end", "the word stays what it was",
     "as pci.mmio.read",
     pci::mmio_write},
    {"cpu.timer", Group::processor, "time a read", "s", Better::lower, Needs::nothing,
     "time ÷ reads of CLOCK_MONOTONIC", "it never runs backwards",
     "a clock source that needs the kernel or the hypervisor",
     processor::timer},
    {"cpu.syscall", Group::processor, "round trip", "s", Better::lower, Needs::nothing,
     "time ÷ calls of getppid", "answer of each call", "mitigations that only one side has",
     processor::system_call},
    {"cpu.wakeup", Group::processor, "delay", "s", Better::lower, Needs::nothing,
     "time from the event until the sleeper runs", "each event seen once; no timer early",
     "leaving HLT, interrupts between processors, timers: all exits to the hypervisor",
     processor::wakeup},
    {"cpu.memcpy", Group::processor, "bandwidth", "B/s", Better::higher, Needs::nothing,
     "bytes ÷ time", "splitmix64, whole buffer", "nested page tables, node of the guest's memory",
     processor::memory_copy},
    {"cpu.tlb", Group::processor, "time an access", "s", Better::lower, Needs::nothing,
     "time ÷ dependent reads, one a page of 4 KiB, in random order", "the walk ends where so many steps lead",
     "page walks through two tables instead of one; small pages behind the guest's memory",
     processor::tlb},
};
// clang-format on

}  // namespace

const std::vector<Case>& cases() {
  return k_cases;
}

Measurement measurement_of(const Case& row, Parameters params) {
  Measurement measurement;
  measurement.id = row.id;
  measurement.params = std::move(params);
  measurement.group = row.group;
  measurement.metric = row.metric;
  measurement.unit = row.unit;
  measurement.better = row.better;
  measurement.check.kind = row.check;
  return measurement;
}

}  // namespace gpupass::bench
