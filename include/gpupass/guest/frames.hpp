// SPDX-License-Identifier: GPL-2.0-or-later
// The protocol on a guest's channel org.gpupass.bench.0 (docs/guests.md): lines from the host, frames from
// the guest. A frame begins with its length, so that an incomplete one is recognized, and has the request's
// id, so that the rest of an earlier answer is skipped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::guest {

constexpr const char* k_bench_channel = "org.gpupass.bench.0";
constexpr const char* k_agent_channel = "org.qemu.guest_agent.0";

/// "gpupass 1 ID WORD…" and a newline. Error: usage, for a word that is empty or has white space or a quote
/// in it: the guest splits the line at blanks.
[[nodiscard]] Result<std::string> request(const std::string& id, const std::vector<std::string>& words);

struct Frame {
  std::string kind;  // "program", "errors", "result", "end"
  std::string body;
  bool operator==(const Frame&) const = default;
};

/// Takes frames out of a stream of bytes.
class FrameReader {
 public:
  explicit FrameReader(std::string id) : id_(std::move(id)) {}

  void add(std::string_view bytes);
  /// The next whole frame of this request; nothing before it is whole. Error: invalid, for one that is larger
  /// than any result, and where more came than any answer has, in frames or not.
  [[nodiscard]] Result<std::optional<Frame>> next();
  /// "1200 of 4096 bytes of its result"; empty if no frame has begun.
  [[nodiscard]] std::string unfinished() const;

 private:
  struct Header {
    std::string kind;
    std::size_t size = 0;
  };
  [[nodiscard]] std::optional<Header> header_of(std::string_view line) const;

  std::string id_;
  std::string buffer_;
  std::size_t all_ = 0;  // bytes that came
  std::optional<Header> begun_;
};

/// The host's end of a running guest's virtio channel.
struct ChannelEnd {
  std::string path;     // of the socket; empty if it is none
  bool opened = false;  // by a program in the guest
  bool operator==(const ChannelEnd&) const = default;
};
/// Nothing if the domain has no channel of that name. Error: invalid.
[[nodiscard]] Result<std::optional<ChannelEnd>> channel_end(const std::string& live_xml,
                                                            const std::string& name);

/// The file that a running guest's serial console is written to, too; empty if there is none. Error:
/// invalid.
[[nodiscard]] Result<std::string> console_file(const std::string& live_xml);

}  // namespace gpupass::guest
