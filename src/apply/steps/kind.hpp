// SPDX-License-Identifier: GPL-2.0-or-later
// What a kind of step is. Each kind is a class in a file of its own, and a row in kinds.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gpupass/apply/apply.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::apply {

/// What a step acts on.
struct Subject {
  std::optional<DeviceName> device = std::nullopt;  // locked, and left alone once the kernel hangs in it
  std::string domain = {};                          // locked; empty: none
  /// Its device's own files are written: nothing is done, or undone, where it is not in the machine. A hold
  /// outlives its device.
  bool must_be_there = false;
  /// In use for as long as the step is not undone: until then nothing before it is undone to them.
  DeviceNames uses = {};
};

/// How things are before a step.
struct Look {
  bool already = false;  // nothing to do, and so nothing to undo later
  std::string before;    // the value that its undo needs
  bool shows = true;     // false: whether it was done since cannot be seen
};

/// One kind. What a class does not say the compiler asks for.
template <class Value>
class Kind {
 public:
  Kind() = default;
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;
  virtual ~Kind() = default;

  [[nodiscard]] virtual Subject subject(const Value& step) const = 0;

  // ---- in words, and as JSON: the journal keeps it ---------------------------------------------------
  /// One line for a person: "bind 0000:01:00.0 to vfio-pci".
  [[nodiscard]] virtual std::string words(const Value& step) const = 0;
  /// The same for the way back: "unbind 0000:01:00.0 from vfio-pci".
  [[nodiscard]] virtual std::string words_back(const Value& step) const = 0;
  /// In JSON, as "step": "probe-driver".
  [[nodiscard]] virtual const char* name() const = 0;
  /// Its other fields. They are only ever added: an old journal must be read after an upgrade.
  [[nodiscard]] virtual core::Json fields(const Value& step) const = 0;
  /// The reverse. Throws what nlohmann::json throws.
  [[nodiscard]] virtual Value read(const core::Json& json) const = 0;

  // ---- on the machine --------------------------------------------------------------------------------
  [[nodiscard]] virtual Result<Look> look(const Value& step, Doors& doors) const = 0;
  /// Does it and reads back that it is done. Where the kernel does not return, the child that is in it.
  [[nodiscard]] virtual Result<WriteEnd> carry_out(const Value& step, Doors& doors) const = 0;
  /// What a later undo needs to see unchanged; empty for most kinds.
  [[nodiscard]] virtual Result<std::string> result(const Value& /*step*/, Doors& /*doors*/) const {
    return std::string();
  }
  /// Takes it back, as far as the machine shows that it had an effect, and reads back that it is.
  [[nodiscard]] virtual Result<WriteEnd> undo(const Value& step, const JournalEntry& entry,
                                              Doors& doors) const = 0;
  /// False if it cannot be undone: a plan that has done it can only be finished.
  [[nodiscard]] virtual bool comes_back() const { return true; }
  /// Whether the machine shows all of what an undo does; a program that was run for it does not show.
  [[nodiscard]] virtual bool undo_shows(const Value& /*step*/) const { return true; }
};

}  // namespace gpupass::apply
