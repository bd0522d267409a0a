// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/profile.hpp"

#include <algorithm>

#include "gpupass/core/text.hpp"
#include "guest/edit.hpp"

namespace gpupass::guest {
namespace {

constexpr const char* k_mark = "gpupass:guest";
constexpr const char* k_namespace = "urn:gpupass:guest";

/// libvirt keeps the prefix that it was given.
template <class AnyElement>
AnyElement* mark_of(AnyElement& root) {
  auto* const metadata = root.FirstChildElement("metadata");
  auto* const mark = metadata == nullptr ? nullptr : metadata->FirstChildElement(k_mark);
  return mark != nullptr && virt::attribute_is(*mark, "xmlns:gpupass", k_namespace) ? mark : nullptr;
}

std::string value_of(const Element& element, const char* name) {
  return virt::attribute(element, name).value_or("");
}

/// A paragraph in an XML file, on one line.
std::string prose(const Element& element) {
  const std::string text = element.GetText() == nullptr ? "" : element.GetText();
  std::string line;
  for (const auto word : core::words(text)) {
    if (!line.empty()) line += ' ';
    line += word;
  }
  return line;
}

}  // namespace

bool Profile::has(const std::string& step) const {
  return std::ranges::find(steps, step) != steps.end();
}

Result<Profile> take_profile(virt::Document& domain) {
  auto* const mark = mark_of(domain.root());
  if (mark == nullptr) {
    return fail(
        ErrorKind::invalid, "the profile does not say which steps of tuning it wants",
        "its <metadata> needs a <gpupass:guest xmlns:gpupass='urn:gpupass:guest'>; the shipped profiles "
        "have one to copy");
  }
  Profile profile{value_of(*mark, "profile"), {}, {}};
  for (auto* one = mark->FirstChildElement(); one != nullptr;) {
    auto* const next = one->NextSiblingElement();
    const std::string_view name = one->Name();
    if (name == "gpupass:step") profile.steps.push_back(value_of(*one, "name"));
    if (name == "gpupass:choice")
      profile.choices.push_back(
          {value_of(*one, "setting"), value_of(*one, "value"), prose(*one), value_of(*one, "source"), ""});
    one = next;
  }
  mark->DeleteChildren();
  return profile;
}

void mark_file(virt::Document& domain, const std::string& path) {
  set(append(*mark_of(domain.root()), "gpupass:file"), "path", path);
}

}  // namespace gpupass::guest

namespace gpupass {

Result<std::optional<GuestMark>> guest_mark(const std::string& domain_xml) {
  GPUPASS_TRY_ASSIGN(auto domain, virt::Document::parse(domain_xml, "domain XML", "domain"));
  const auto* const element = guest::mark_of(domain.root());
  if (element == nullptr) return std::nullopt;
  GuestMark mark{guest::value_of(*element, "profile"), {}};
  for (const auto* file = element->FirstChildElement("gpupass:file"); file != nullptr;
       file = file->NextSiblingElement("gpupass:file")) {
    mark.files.push_back(guest::value_of(*file, "path"));
  }
  return mark;
}

}  // namespace gpupass
