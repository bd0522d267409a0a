// SPDX-License-Identifier: GPL-2.0-or-later
// The one error type. A finding ("group 14 is not viable") is data, not an error.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace gpupass {

/// What kind of failure it was. src/core/error.cpp maps each kind to one exit code, the table that
/// docs/exit-codes.md shows.
enum class ErrorKind {
  usage,        // the command line cannot be understood
  not_found,    // the device or domain is not there
  denied,       // not permitted: needs root, or the kernel is locked down
  refused,      // it would harm the host, or a person should decide and has not
  busy,         // another gpupass, process or domain has it
  timeout,      // it did not return in time; the outcome is open
  invalid,      // an input is not what it should be: text that is not XML, a hostile file
  unsupported,  // this kernel, libvirt or connection cannot do it
  hypervisor,   // libvirt refused or failed
  system,       // the operating system failed; whatever was changed has been undone
  partial,      // it failed and not everything could be undone
  internal,     // a bug in gpupass
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string what;                  // "write /sys/bus/pci/drivers/nvidia/unbind: Device or resource busy"
  std::string hint;                  // what the user can do; may be empty
  std::vector<std::string> context;  // outermost first: "attach 0000:01:00.0 to vm1"
  std::vector<Error> also;  // further reasons, or what went wrong while undoing; never replaces the first

  bool operator==(const Error&) const = default;
};

template <class T = void>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

/// An error as the unexpected half of any Result.
[[nodiscard]] inline Failure fail(ErrorKind kind, std::string what, std::string hint = {}) {
  return Failure(Error{kind, std::move(what), std::move(hint), {}, {}});
}

/// The same error seen from one level further out.
[[nodiscard]] Failure within(std::string context, Error error);

/// The exit status of a command that ends with this kind of error (docs/exit-codes.md).
[[nodiscard]] int exit_code(ErrorKind kind);

/// The kind's name in JSON output and in docs/exit-codes.md.
[[nodiscard]] const char* name(ErrorKind kind);

/// The error as a person reads it: what happened, then what to do, then what else went wrong.
/// No trailing newline.
[[nodiscard]] std::string describe(const Error& error);

}  // namespace gpupass

// GPUPASS_TRY(expression): returns the error of a Result<void> to the caller.
// GPUPASS_TRY_ASSIGN(auto value, expression): the value, or the error to the caller.
#define GPUPASS_CONCAT_(a, b) a##b
#define GPUPASS_CONCAT(a, b) GPUPASS_CONCAT_(a, b)
#define GPUPASS_TRY(expression)                                     \
  do {                                                              \
    if (auto gpupass_result = (expression); !gpupass_result)        \
      return ::gpupass::Failure(std::move(gpupass_result).error()); \
  } while (false)
#define GPUPASS_TRY_ASSIGN_(result, declaration, expression)         \
  auto result = (expression);                                        \
  if (!result) return ::gpupass::Failure(std::move(result).error()); \
  declaration = std::move(result).value()
#define GPUPASS_TRY_ASSIGN(declaration, expression) \
  GPUPASS_TRY_ASSIGN_(GPUPASS_CONCAT(gpupass_result_, __LINE__), declaration, expression)
