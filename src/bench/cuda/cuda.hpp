// SPDX-License-Identifier: GPL-2.0-or-later
// The only interface between the runner and CUDA: everything else in this folder is reached through the table
// of cases. A build that found no CUDA links absent.cpp in its place, where nothing can be used.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/case.hpp"
#include "gpupass/bench/run.hpp"

namespace gpupass::bench::cuda {

/// For Run::env's tool: {"nvcc": "12.9.86", "sm": "80"}, what compiled the cases and for which cards. Empty
/// in a build without CUDA.
[[nodiscard]] nlohmann::json compiled_with();
/// Which number CUDA gives to the card at this PCI address. Error: not_found, if it counts none there.
[[nodiscard]] Result<int> ordinal_at(const std::string& pci_address);
/// Whether the card with this ordinal can be used. Errors say precisely what lacks: no device node, no
/// driver, library and kernel module of different versions, runtime newer than the driver…
[[nodiscard]] Result<> usable(int device);
/// Whether libcublas can be loaded.
[[nodiscard]] Result<> cublas_usable();
/// Whether CUDA sees two cards at least.
[[nodiscard]] Result<> two_cards();

/// For Run::env: {"driver": "580.159.04", "cuda_runtime": 13000, "gpu": {"uuid": …}}; of what cannot be
/// found out the field is missing. Empty without a usable card.
[[nodiscard]] nlohmann::json environment(int device);

/// What must hold of the card for the run to be believed: its clock against ours, no other process, the
/// link at its full width. Called once, after the cases. Empty without a usable card.
[[nodiscard]] std::vector<Gate> gates(int device);

/// What `gpupass-bench --child WORD…` does: a process of its own for what a process can do but once
/// (cuInit). Prints its result on standard output; returns the exit status.
[[nodiscard]] int child(const std::vector<std::string>& words);

}  // namespace gpupass::bench::cuda
