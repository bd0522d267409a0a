// SPDX-License-Identifier: GPL-2.0-or-later
// Reading attributes that may block: some kernels take the device's lock for driver_override and
// uevent, and a driver that never returns from remove() keeps that lock. One child reads them all
// and sends each as it comes; when it falls silent, the attribute it is at is given up together with
// the child, and another child goes on behind it.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "gpupass/host.hpp"
#include "sys/child.hpp"
#include "sys/fd.hpp"

namespace gpupass {
namespace {

using Path = std::pair<std::string, std::string>;  // as the host names it, as this process opens it

constexpr std::size_t k_longest = 4096;  // sysfs attributes are at most a page

/// What the child sends for each attribute, followed by `size` bytes.
struct Header {
  std::int32_t error;  // errno, or 0
  std::uint32_t size;
};

struct Pipe {
  sys::Fd read_end, write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Failure(sys::errno_error("make a pipe", errno));
  return Pipe{sys::Fd(ends[0]), sys::Fd(ends[1])};
}

/// Runs in the child: system calls only.
int send_attributes(const std::vector<Path>& paths, std::size_t first, int to) {
  std::array<char, sizeof(Header) + k_longest> message{};
  for (auto i = first; i < paths.size(); ++i) {
    Header header{0, 0};
    const int file = open(paths[i].second.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const auto size = file < 0 ? -1 : read(file, message.data() + sizeof header, k_longest);
    if (size < 0) header.error = errno;
    if (size > 0) header.size = static_cast<std::uint32_t>(size);
    if (file >= 0) close(file);
    std::memcpy(message.data(), &header, sizeof header);
    const char* from = message.data();
    for (auto left = sizeof header + header.size; left > 0;) {
      const auto sent = write(to, from, left);
      if (sent < 0) return 1;
      from += sent;
      left -= static_cast<std::size_t>(sent);
    }
  }
  return 0;
}

/// Reads exactly `size` bytes; false when they do not come in time or the child has gone.
bool receive(int from, char* to, std::size_t size, std::chrono::milliseconds timeout) {
  while (size > 0) {
    pollfd wait{from, POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(timeout.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const auto got = read(from, to, size);
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// Takes attributes as they come, until all are there or one does not come.
void receive_attributes(const std::vector<Path>& paths, int from, std::chrono::milliseconds timeout,
                        std::vector<Result<std::string>>& values) {
  Header header{};
  std::array<char, k_longest> text{};
  while (values.size() < paths.size()) {
    if (!receive(from, reinterpret_cast<char*>(&header), sizeof header, timeout)) return;
    if (header.size > text.size() || !receive(from, text.data(), header.size, timeout)) return;
    if (header.error != 0) {
      values.emplace_back(Failure(sys::errno_error("read " + paths[values.size()].first, header.error)));
      continue;
    }
    std::string value(text.data(), header.size);
    if (value.ends_with('\n')) value.pop_back();
    values.emplace_back(std::move(value));
  }
}

}  // namespace

std::vector<Result<std::string>> Host::guarded_attributes(const std::vector<std::string>& names,
                                                          std::chrono::milliseconds timeout) const {
  std::vector<Path> paths;
  for (const auto& name : names) paths.emplace_back(name, at(name).string());
  std::vector<Result<std::string>> values;
  values.reserve(names.size());
  while (values.size() < names.size()) {
    auto pipe = make_pipe();
    if (!pipe) {
      values.emplace_back(Failure(std::move(pipe).error()));
      continue;
    }
    const int to = pipe->write_end.get();
    const auto first = values.size();
    const auto child = sys::fork_child({to}, [&] { return send_attributes(paths, first, to); });
    pipe->write_end.reset();
    if (child) receive_attributes(paths, pipe->read_end.get(), timeout, values);
    if (values.size() < names.size()) {
      values.emplace_back(fail(ErrorKind::timeout,
                               "read " + names[values.size()] + ": the kernel does not answer",
                               "a driver is still letting go of this device; look again later"));
    }
    if (child) kill(*child, SIGKILL);  // a child in the kernel dies when the kernel lets it
    if (child) (void)sys::wait_child(*child, std::chrono::milliseconds(50));
  }
  return values;
}

}  // namespace gpupass
