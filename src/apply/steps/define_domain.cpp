// SPDX-License-Identifier: GPL-2.0-or-later
// A domain's persistent configuration changes from one text to another; an empty text: libvirt does not have
// the domain. Undone by defining the first again, unless somebody changed it since.
#include <fmt/format.h>

#include "apply/steps/domain_calls.hpp"
#include "apply/steps/kinds.hpp"

namespace gpupass::apply {
namespace {

/// Somebody changed the configuration since: only gpupass's own change is taken out of theirs.
Result<WriteEnd> take_out(Doors& doors, const DefineDomain& step, const std::string& now) {
  GPUPASS_TRY_ASSIGN(const auto without, without_gain(now, {step.before, step.after}));
  if (without) return define(doors, step.domain, *without);
  return fail(
      ErrorKind::hypervisor,
      fmt::format("the configuration of {} was changed by somebody else meanwhile", step.domain),
      fmt::format("it is left unchanged; look at it with `virsh dumpxml --inactive {}`", step.domain));
}

/// The configuration now; empty if libvirt does not have the domain.
Result<std::string> text_now(Doors& doors, const std::string& domain) {
  GPUPASS_TRY_ASSIGN(auto* const libvirt, domains(doors));
  auto now = libvirt->xml(domain, DomainView::config);
  if (!now && now.error().kind == ErrorKind::not_found) return std::string();
  return now;
}

Result<WriteEnd> define_or_forget(Doors& doors, const std::string& domain, const std::string& text) {
  return text.empty() ? undefine(doors, domain) : define(doors, domain, text);
}

/// Whether the configuration is as the text for what the step is about: devices of the host; or not there.
Result<bool> is_so(const std::string& now, const std::string& text) {
  if (now.empty() || text.empty()) return now.empty() && text.empty();
  return same_functions(now, text);
}

class DefineDomainKind final : public Kind<DefineDomain> {
 public:
  Subject subject(const DefineDomain& step) const override { return {{}, step.domain}; }

  std::string words(const DefineDomain& step) const override {
    const char* const what = step.before.empty()  ? "define {}"
                             : step.after.empty() ? "undefine {}"
                                                  : "change the configuration of {}";
    return fmt::format(fmt::runtime(what), step.domain);
  }
  std::string words_back(const DefineDomain& step) const override {
    const char* const what = step.before.empty()  ? "undefine {}"
                             : step.after.empty() ? "define {} again"
                                                  : "put back the configuration of {}";
    return fmt::format(fmt::runtime(what), step.domain);
  }
  const char* name() const override { return "define-domain"; }
  core::Json fields(const DefineDomain& step) const override {
    return {{"domain", step.domain}, {"before", step.before}, {"after", step.after}};
  }
  DefineDomain read(const core::Json& json) const override {
    return {core::line_from_json(json.at("domain")), json.at("before").get<std::string>(),
            json.at("after").get<std::string>()};
  }

  Result<Look> look(const DefineDomain& step, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto now, text_now(doors, step.domain));
    if (now == step.before) return Look{};
    if (step.before.empty())
      return fail(ErrorKind::busy, fmt::format("a domain named {} already exists", step.domain),
                  "choose another name");
    GPUPASS_TRY_ASSIGN(const bool already, is_so(now, step.after));
    if (already) return Look{true, ""};
    return fail(ErrorKind::busy, fmt::format("the configuration of {} was changed meanwhile", step.domain),
                "run the command again");
  }
  Result<WriteEnd> carry_out(const DefineDomain& step, Doors& doors) const override {
    return define_or_forget(doors, step.domain, step.after);
  }
  /// The text as libvirt returns it after gpupass's change.
  Result<std::string> result(const DefineDomain& step, Doors& doors) const override {
    return text_now(doors, step.domain);
  }
  Result<WriteEnd> undo(const DefineDomain& step, const JournalEntry& entry, Doors& doors) const override {
    GPUPASS_TRY_ASSIGN(const auto now, text_now(doors, step.domain));
    GPUPASS_TRY_ASSIGN(const bool undone, is_so(now, step.before));
    if (undone) return WriteEnd{};
    // The name was free when it was begun: a domain that has it is what was defined, whatever libvirt said,
    // and what it stands on goes with it.
    if (step.before.empty() || step.after.empty()) return define_or_forget(doors, step.domain, step.before);
    // Where the change was cut short, or said to have failed, there is no result: then what is not of cards
    // tells whether somebody else was there since.
    bool ours_alone = entry.result == now;
    if (entry.result.empty()) {
      GPUPASS_TRY_ASSIGN(ours_alone, same_apart_from_cards(now, step.before));
    }
    if (ours_alone) return define(doors, step.domain, step.before);
    return take_out(doors, step, now);
  }
};

}  // namespace

template <>
const Kind<DefineDomain>& kind() {
  static const DefineDomainKind row;
  return row;
}

}  // namespace gpupass::apply
