// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/error.hpp"

#include <array>

namespace gpupass {
namespace {

struct KindRow {
  ErrorKind kind;
  const char* name;
  int exit_code;
};

// docs/exit-codes.md shows this table; a test compares the two. 1 is left to a no that is the answer
// (doctor, groups, hook status, guest bench), so that a script tells it apart from a command that failed.
constexpr std::array k_kinds = {
    KindRow{ErrorKind::usage, "usage", 2},
    KindRow{ErrorKind::not_found, "not-found", 3},
    KindRow{ErrorKind::denied, "denied", 4},
    KindRow{ErrorKind::refused, "refused", 5},
    KindRow{ErrorKind::busy, "busy", 6},
    KindRow{ErrorKind::timeout, "timeout", 7},
    KindRow{ErrorKind::invalid, "invalid", 8},
    KindRow{ErrorKind::unsupported, "unsupported", 9},
    KindRow{ErrorKind::hypervisor, "hypervisor", 10},
    KindRow{ErrorKind::system, "system", 11},
    KindRow{ErrorKind::partial, "partial", 12},
    KindRow{ErrorKind::internal, "internal", 70},
};

const KindRow& row(ErrorKind kind) {
  for (const auto& entry : k_kinds) {
    if (entry.kind == kind) return entry;
  }
  return k_kinds.back();
}

}  // namespace

Failure within(std::string context, Error error) {
  error.context.insert(error.context.begin(), std::move(context));
  return Failure(std::move(error));
}

int exit_code(ErrorKind kind) {
  return row(kind).exit_code;
}

const char* name(ErrorKind kind) {
  return row(kind).name;
}

std::string describe(const Error& error) {
  std::string text;
  for (const auto& context : error.context) text += context + ": ";
  text += error.what;
  if (!error.hint.empty()) text += "\n  " + error.hint;
  for (const auto& other : error.also) text += "\n  also: " + describe(other);
  return text;
}

}  // namespace gpupass
