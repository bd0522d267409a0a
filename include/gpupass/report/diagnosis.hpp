// SPDX-License-Identifier: GPL-2.0-or-later
// A diagnosis, for a person and for a program.
#pragma once

#include <string>

#include "gpupass/judge/diagnosis.hpp"
#include "gpupass/report/findings.hpp"

namespace gpupass::report {

/// The machine, then each target with a sentence that says what may be done with it; for containers the
/// machine alone.
[[nodiscard]] std::string diagnosis_text(const judge::Diagnosis& diagnosis, Occasion occasion,
                                         const FindingsView& view);

/// The document gpupass.doctor/1, with what the ids of the rules mean that are asked on the occasion.
[[nodiscard]] core::Json to_json(const judge::Diagnosis& diagnosis, Occasion occasion);

}  // namespace gpupass::report
