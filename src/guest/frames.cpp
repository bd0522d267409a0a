// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/guest/frames.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "gpupass/virt/document.hpp"

namespace gpupass::guest {
namespace {

constexpr std::size_t k_largest_body = std::size_t{16} << 20U;
// A result, what was said beside it, and the rest of what was asked for before.
constexpr std::size_t k_largest_answer = 3 * k_largest_body;

bool is_plain(const std::string& word) {
  const auto splits = [](char c) { return c <= ' ' || c == '"' || c == '\'' || c == '\\' || c == 0x7f; };
  return !word.empty() && std::ranges::none_of(word, splits);
}

}  // namespace

Result<std::string> request(const std::string& id, const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (!is_plain(word))
      return fail(ErrorKind::usage, fmt::format("'{}' cannot be passed to a guest", word),
                  "an option for gpupass-bench in a guest has no blanks and no quotes");
  }
  return fmt::format("gpupass 1 {} {}\n", id, fmt::join(words, " "));
}

std::optional<FrameReader::Header> FrameReader::header_of(std::string_view line) const {
  const auto words = core::words(line);
  if (words.size() != 5 || words[0] != "gpupass" || words[1] != "1" || words[2] != id_) return std::nullopt;
  const auto size = core::parse_number(words[4]);
  if (!size) return std::nullopt;
  return Header{std::string(words[3]), *size};
}

void FrameReader::add(std::string_view bytes) {
  all_ += bytes.size();
  if (all_ <= k_largest_answer) buffer_ += bytes;
}

Result<std::optional<Frame>> FrameReader::next() {
  if (all_ > k_largest_answer)
    return fail(ErrorKind::invalid,
                fmt::format("the guest sent more than {} MiB without an end", k_largest_answer >> 20U));
  while (!begun_) {
    const auto end = buffer_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    begun_ = header_of(std::string_view(buffer_).substr(0, end));
    buffer_.erase(0, end + 1);
  }
  if (begun_->size > k_largest_body)
    return fail(ErrorKind::invalid,
                fmt::format("the guest announces {} bytes of its {}", begun_->size, begun_->kind));
  if (buffer_.size() < begun_->size) return std::nullopt;
  Frame frame{begun_->kind, buffer_.substr(0, begun_->size)};
  buffer_.erase(0, begun_->size);
  begun_.reset();
  return frame;
}

std::string FrameReader::unfinished() const {
  if (!begun_) return "";
  return fmt::format("{} of {} bytes of its {}", buffer_.size(), begun_->size, begun_->kind);
}

Result<std::optional<ChannelEnd>> channel_end(const std::string& live_xml, const std::string& name) {
  GPUPASS_TRY_ASSIGN(const auto document, virt::Document::parse(live_xml, "domain XML", "domain"));
  const auto* const devices = document.root().FirstChildElement("devices");
  const auto* channel = devices == nullptr ? nullptr : devices->FirstChildElement("channel");
  for (; channel != nullptr; channel = channel->NextSiblingElement("channel")) {
    const auto* const target = channel->FirstChildElement("target");
    if (target == nullptr || !virt::attribute_is(*target, "name", name)) continue;
    const auto* const source = channel->FirstChildElement("source");
    const bool socket = source != nullptr && virt::attribute_is(*channel, "type", "unix");
    return ChannelEnd{socket ? virt::attribute(*source, "path").value_or("") : "",
                      virt::attribute_is(*target, "state", "connected")};
  }
  return std::nullopt;
}

Result<std::string> console_file(const std::string& live_xml) {
  GPUPASS_TRY_ASSIGN(const auto document, virt::Document::parse(live_xml, "domain XML", "domain"));
  const auto* const devices = document.root().FirstChildElement("devices");
  const auto* const serial = devices == nullptr ? nullptr : devices->FirstChildElement("serial");
  if (serial == nullptr) return std::string();
  const auto* const log = serial->FirstChildElement("log");
  if (log != nullptr) return virt::attribute(*log, "file").value_or("");
  const auto* const source = serial->FirstChildElement("source");
  const bool file = source != nullptr && virt::attribute_is(*serial, "type", "file");
  return file ? virt::attribute(*source, "path").value_or("") : "";
}

}  // namespace gpupass::guest
