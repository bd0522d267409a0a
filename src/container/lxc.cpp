// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/lxc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "gpupass/core/text.hpp"

namespace gpupass::container {
namespace {

constexpr std::string_view k_mark = "# gpupass ";
constexpr std::string_view k_begin = ": begin";
constexpr std::string_view k_end = ": end";
/// The line before had no end of its own, and has none again without the block.
constexpr std::string_view k_joined = " (behind a line without an end)";

/// Where a card's block is, its two marks included.
struct Block {
  PciAddress card;
  std::size_t at = 0, size = 0;
};

struct Mark {
  PciAddress card;
  bool begins = false, joined = false;
};

std::optional<Mark> mark_in(std::string_view line) {
  constexpr std::size_t k_address = 12;  // 0000:01:00.0; a domain of Intel's VMD has a digit more
  if (!line.starts_with(k_mark)) return std::nullopt;
  line.remove_prefix(k_mark.size());
  for (auto size = k_address; size <= k_address + 4 && size < line.size(); ++size) {
    const auto card = parse_pci_address(line.substr(0, size));
    const auto rest = line.substr(size);
    if (!card) continue;
    if (rest == k_end) return Mark{*card, false, false};
    if (rest.starts_with(k_begin)) return Mark{*card, true, rest.find(k_joined) != rest.npos};
  }
  return std::nullopt;
}

Failure damaged(std::size_t line, const std::string& why) {
  return fail(ErrorKind::invalid, fmt::format("line {}: {}", line, why),
              "nothing was changed; remove gpupass's lines from the file by hand");
}

Result<std::vector<Block>> blocks_in(const std::string& config) {
  std::vector<Block> blocks;
  bool open = false;
  std::size_t number = 0;
  for (std::size_t at = 0; at < config.size();) {
    const auto newline = std::min(config.find('\n', at), config.size() - 1);
    const auto line = std::string_view(config).substr(at, newline + 1 - at);
    const auto mark = mark_in(line.substr(0, line.find('\n')));
    const auto next = at + line.size();
    ++number;
    if (mark && mark->begins == open)
      return damaged(
          number, open ? "a gpupass block begins inside another" : "a gpupass block ends that never began");
    if (mark && mark->begins) {
      if (std::ranges::find(blocks, mark->card, &Block::card) != blocks.end())
        return damaged(number, fmt::format("a second block for {}", to_string(mark->card)));
      const std::size_t before = mark->joined && at > 0 ? 1 : 0;
      blocks.push_back({mark->card, at - before, before});
      open = true;
    }
    if (open) blocks.back().size += line.size();
    if (mark && !mark->begins) {
      if (blocks.back().card != mark->card) return damaged(number, "the end of another card's block");
      open = false;
    }
    at = next;
  }
  if (open) return damaged(number, fmt::format("the block for {} has no end", to_string(blocks.back().card)));
  return blocks;
}

std::string block_of(const std::string& container, const PciAddress& card, const std::string& lines,
                     bool joined) {
  return fmt::format(
      "{0}{1}{2}{3}. Changes up to its end are lost; `gpupass container detach lxc:{4} {1}` removes it\n"
      "{5}{0}{1}{6}\n",
      k_mark, to_string(card), k_begin, joined ? k_joined : "", container, lines, k_end);
}

}  // namespace

Result<std::vector<PciAddress>> cards_in_lxc(const std::string& config) {
  GPUPASS_TRY_ASSIGN(const auto blocks, blocks_in(config));
  std::vector<PciAddress> cards;
  for (const auto& block : blocks) cards.push_back(block.card);
  return cards;
}

Result<std::string> with_lxc_block(const std::string& config, const std::string& container,
                                   const PciAddress& card, const std::string& lines) {
  GPUPASS_TRY_ASSIGN(const auto blocks, blocks_in(config));
  const auto found = std::ranges::find(blocks, card, &Block::card);
  if (found == blocks.end()) {
    const bool joined = !config.empty() && !config.ends_with('\n');
    return config + (joined ? "\n" : "") + block_of(container, card, lines, joined);
  }
  const bool joined = config[found->at] == '\n';
  auto text = config;
  return text.replace(found->at, found->size,
                      (joined ? "\n" : "") + block_of(container, card, lines, joined));
}

Result<std::string> without_lxc_block(const std::string& config, const PciAddress& card) {
  GPUPASS_TRY_ASSIGN(const auto blocks, blocks_in(config));
  const auto found = std::ranges::find(blocks, card, &Block::card);
  if (found == blocks.end()) return config;
  auto text = config;
  // What was written after the block since needs a line of its own.
  const bool last = found->at + found->size == config.size();
  const bool joined = config[found->at] == '\n';
  return text.replace(found->at, found->size, joined && !last ? "\n" : "");
}

std::vector<LxcSetting> lxc_settings(const std::string& config) {
  std::vector<LxcSetting> settings;
  for (const auto whole : core::split(config, '\n')) {
    const auto line = core::trim(whole);
    const auto equals = line.find('=');
    if (line.starts_with('#') || equals == line.npos) continue;
    settings.push_back({core::trim(line.substr(0, equals)), core::trim(line.substr(equals + 1))});
  }
  return settings;
}

bool maps_users(const std::string& config) {
  const auto settings = lxc_settings(config);
  return std::ranges::any_of(settings, [](const LxcSetting& one) {
    return (one.key == "lxc.idmap" || one.key == "lxc.id_map") && !one.value.empty();
  });
}

}  // namespace gpupass::container
