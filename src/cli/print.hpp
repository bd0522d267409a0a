// SPDX-License-Identifier: GPL-2.0-or-later
// What a command prints: a document for a program, or a text for a person.
#pragma once

#include <ostream>
#include <string>

#include "cli/options.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::cli {

inline void print(Terminal& terminal, const core::Json& document) {
  terminal.out << document.dump(2) << "\n";
}

/// The one that is asked for; each is made only if it is. `beside`, which documents have in them, is what a
/// person is told on standard error.
template <class Document, class Text>
void print(Terminal& terminal, Format format, Document document, Text text, const std::string& beside = {}) {
  if (format == Format::json) {
    print(terminal, document());
  } else {
    terminal.out << text();
    terminal.err << beside;
  }
}

}  // namespace gpupass::cli
