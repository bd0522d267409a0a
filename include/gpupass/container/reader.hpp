// SPDX-License-Identifier: GPL-2.0-or-later
// Engines as readers of CDI files: whether one reads them at all, where, and what has to be switched on. What
// an engine's files say is read elsewhere (reader_look.hpp); here it is judged. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gpupass/error.hpp"

namespace gpupass::container {

enum class Reader { docker, podman, containerd, crio };
/// By its name on the command line; nothing for none that there is.
[[nodiscard]] std::optional<Reader> reader_named(std::string_view name);
/// "docker, podman, containerd, cri-o".
[[nodiscard]] std::string reader_names();
/// The program that says its version.
[[nodiscard]] const char* program_of(Reader reader);

/// What is so of an engine here.
struct ReaderFacts {
  Reader reader = Reader::docker;
  std::string version = {};               // "20.10.24"; empty: not known
  bool missing = false;                   // its program is not there
  std::vector<std::string> folders = {};  // that its configuration names; empty: it names none
  std::optional<bool> enabled = {};       // as its configuration says
  bool operator==(const ReaderFacts&) const = default;
};

/// What is to be made of it.
struct ReaderAnswer {
  std::string cannot = {};           // why it reads no CDI file, whatever is switched on; empty: it does
  std::vector<std::string> to_do;    // a sentence each
  std::vector<std::string> folders;  // that it reads, the one that counts more last
  bool operator==(const ReaderAnswer&) const = default;
};
[[nodiscard]] ReaderAnswer answer_of(const ReaderFacts& facts);

/// "20.10.24" of "Docker version 20.10.24+dfsg1, build 297e128"; empty if there is none.
[[nodiscard]] std::string version_in(std::string_view text);

/// What a configuration in TOML has behind a key, in whatever section: the values of a list, over several
/// lines too, or one value. Nothing: the key is not there.
[[nodiscard]] std::optional<std::vector<std::string>> toml_values(std::string_view text,
                                                                  std::string_view key);

}  // namespace gpupass::container
