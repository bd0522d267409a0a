// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/hook_call.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gpupass/session/loans.hpp"
#include "gpupass/session/start.hpp"

namespace gpupass::session {
namespace {

bool is_file_name(const std::string& text) {
  return !text.empty() && text.front() != '.' && text.find('/') == std::string::npos;
}

Result<void> prepare(World& world, const Manner& manner, const HookCall& call, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(const auto functions, check_start(world, call.domain, xml));
  // Xen has a stub of its own, which libvirt binds.
  if (functions.empty() || call.driver != "qemu") return {};
  return begin_loan(world, manner, call.domain, functions);
}

std::string joined(const Error& error) {
  std::string line;
  for (const auto& context : error.context) line += context + ": ";
  line += error.what + (error.hint.empty() ? "" : "; " + error.hint);
  for (const auto& further : error.also) line += "; " + joined(further);
  return line;
}

}  // namespace

Result<bool> concerns_us(const HookCall& call) {
  if (call.operation != "prepare" && call.operation != "release") return false;
  if (is_file_name(call.domain)) return true;
  return fail(ErrorKind::invalid, fmt::format("'{}' is not a name of a domain", call.domain));
}

Result<void> answer(World& world, const Manner& manner, const HookCall& call, const std::string& xml) {
  if (call.operation == "release") return end_loan(world, manner, call.domain);
  return prepare(world, manner, call, xml);
}

std::string in_one_line(const Error& error) {
  auto line = joined(error);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace gpupass::session
