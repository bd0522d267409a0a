// SPDX-License-Identifier: GPL-2.0-or-later
#include "virt/fake_daemon.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <vector>

namespace gpupass::test {
namespace {

// libvirt's wire protocol: seven 32-bit words in network order, then the arguments.
enum Word { length, program, version, procedure, type, serial, status, header_words };
constexpr std::uint32_t k_reply = 1;
// The calls that open a connection (remote_protocol.x numbers them).
constexpr std::uint32_t k_connect_open = 1;
constexpr std::uint32_t k_supports_feature = 60;
constexpr std::uint32_t k_auth_list = 66;

bool receive(int client, void* data, std::size_t size) {
  return size == 0 || recv(client, data, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

/// What a daemon that asks for no authentication and has no features answers; nothing from then on.
bool opening_answer(std::uint32_t called, std::vector<std::uint32_t>& arguments) {
  if (called == k_auth_list) arguments = {1, 0};
  if (called == k_supports_feature) arguments = {0};
  return called == k_auth_list || called == k_supports_feature || called == k_connect_open;
}

}  // namespace

FakeDaemon::FakeDaemon(const std::filesystem::path& folder, Stuck stuck) : path_(folder / "socket") {
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(listener_, 1), 0);
  server_ = std::thread([this, stuck] { serve(stuck); });
}

FakeDaemon::~FakeDaemon() {
  shutdown(listener_, SHUT_RDWR);
  if (client_ >= 0) shutdown(client_, SHUT_RDWR);
  server_.join();
  close(listener_);
  if (client_ >= 0) close(client_);
}

void FakeDaemon::serve(Stuck stuck) {
  client_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client_ < 0 || stuck == Stuck::at_once) return;
  std::array<std::uint32_t, header_words> header{};
  while (receive(client_, header.data(), sizeof header)) {
    std::vector<char> arguments(ntohl(header[length]) - sizeof header);
    if (!receive(client_, arguments.data(), arguments.size())) return;
    std::vector<std::uint32_t> answer;
    if (!opening_answer(ntohl(header[procedure]), answer)) return;
    header[length] = htonl(static_cast<std::uint32_t>(sizeof header + answer.size() * 4));
    header[type] = htonl(k_reply);
    std::vector<std::uint32_t> message(header.begin(), header.end());
    for (const auto word : answer) message.push_back(htonl(word));
    send(client_, message.data(), message.size() * 4, MSG_NOSIGNAL);
  }
}

}  // namespace gpupass::test
