// SPDX-License-Identifier: GPL-2.0-or-later
// What the engines have in common.
#pragma once

#include <optional>

#include "gpupass/run/container.hpp"

namespace gpupass::run {

using Words = std::vector<std::string>;

/// What a kind of engine works with.
struct ContainerWork {
  session::World& world;
  session::Requester& requester;
  ContainerChoice choice;
  session::Functions functions;
  std::string program;
};

[[nodiscard]] std::unique_ptr<ContainerRuns> by_engine(ContainerWork work);  // Docker and Podman
[[nodiscard]] std::unique_ptr<ContainerRuns> by_lxc(ContainerWork work);

/// Runs a program of the engine's for what it prints. Errors: not_found, if it is not installed.
[[nodiscard]] Result<ProgramEnd> ask(Host& host, const Words& argv);
/// The same, where anything but status 0 is an error, in its own words.
[[nodiscard]] Result<std::string> answer_of(Host& host, const Words& argv, const std::string& hint);

/// A result with what is known of the container that it is from.
[[nodiscard]] std::string with_facts(const std::string& result, const core::Json& facts);
/// The card as words of an engine's command line, or as lines of LXC's; none without a card.
[[nodiscard]] Result<Words> words_of_card(const ContainerWork& work);

}  // namespace gpupass::run
