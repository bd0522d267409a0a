// SPDX-License-Identifier: GPL-2.0-or-later
// A write that may never return, in a child that can be left behind. A thread would not do: a
// process cannot end while one of its threads is in the kernel.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "gpupass/core/text.hpp"
#include "gpupass/host.hpp"
#include "gpupass/sys/fd.hpp"
#include "sys/child.hpp"

namespace gpupass {
namespace {

/// Runs in the child: 0, or the errno that the kernel answered with.
int write_once(const char* path, const std::string& text) {
  const int file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return errno;
  const auto written = write(file, text.data(), text.size());
  if (written < 0) return errno;
  return static_cast<std::size_t>(written) == text.size() ? 0 : EIO;
}

}  // namespace

Result<WriteEnd> Host::write(const KernelWrite& request) {
  GPUPASS_TRY(changeable());
  const auto path = at(request.path).string();
  GPUPASS_TRY_ASSIGN(const auto child, sys::fork_child({request.keep_fd}, [&] {
                       return write_once(path.c_str(), request.text);
                     }));
  const auto status = sys::wait_child(child, request.timeout);
  if (!status) {
    return WriteEnd{look_at(child).value_or(Unfinished{child, "ended just after its deadline", {}})};
  }
  if (*status == 0) return WriteEnd{};
  const auto action = fmt::format("write '{}' to {}", core::trim(request.text), request.path);
  if (*status > 133) return fail(ErrorKind::internal, action + ": the writing process was killed");
  return Failure(sys::errno_error(action, *status));
}

}  // namespace gpupass
