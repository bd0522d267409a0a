// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/local_socket.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace gpupass::sys {
namespace {

using Clock = std::chrono::steady_clock;

/// True once the socket is ready for that.
bool wait_for(int socket, short events, std::chrono::milliseconds timeout) {
  pollfd wait{socket, events, 0};
  return poll(&wait, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace

Result<LocalSocket> LocalSocket::connect(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = path.string();
  if (text.size() >= sizeof address.sun_path)
    return fail(ErrorKind::system, fmt::format("connect to {}: the path is too long for a socket", text));
  std::memcpy(address.sun_path, text.c_str(), text.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return Failure(errno_error("make a socket", errno));
  // A listener of the same machine takes it at once, or its queue is full.
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return Failure(errno_error("connect to " + text, errno));
  return LocalSocket(std::move(socket), text);
}

Result<void> LocalSocket::send(std::string_view bytes, std::chrono::milliseconds timeout) {
  const auto until = Clock::now() + timeout;
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return Failure(errno_error("write to " + path_, errno));
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0)
      return fail(ErrorKind::timeout,
                  fmt::format("write to {}: nobody reads, {} bytes are left", path_, bytes.size()));
    wait_for(socket_.get(), POLLOUT, left);
  }
  return {};
}

Result<std::string> LocalSocket::receive(std::chrono::milliseconds timeout) {
  if (!wait_for(socket_.get(), POLLIN, timeout)) return std::string();
  std::array<char, 65536> bytes{};
  const auto got = recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (got > 0) return std::string(bytes.data(), static_cast<std::size_t>(got));
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::string();
  if (got < 0) return Failure(errno_error("read from " + path_, errno));
  return fail(ErrorKind::system, fmt::format("read from {}: the other end has closed it", path_));
}

}  // namespace gpupass::sys
