// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/edit.hpp"

namespace gpupass::guest {
namespace {

Element& insert_new(Element& parent, Element* previous, const char* name) {
  tinyxml2::XMLDocument scratch;
  auto* const made = scratch.NewElement(name);
  scratch.InsertEndChild(made);
  return virt::insert_copy(parent, previous, *made);
}

}  // namespace

Element& append(Element& parent, const char* name) {
  return insert_new(parent, nullptr, name);
}

Element& section(Element& parent, const char* name, const char* previous) {
  if (auto* const there = parent.FirstChildElement(name)) return *there;
  return insert_new(parent, parent.LastChildElement(previous), name);
}

void set(Element& element, const char* name, const std::string& value) {
  element.SetAttribute(name, virt::escaped(value).c_str());
}

void set(Element& element, const char* name, std::uint64_t value) {
  element.SetAttribute(name, std::to_string(value).c_str());
}

void set_text(Element& element, const std::string& text) {
  element.SetText(virt::escaped(text).c_str());
}

}  // namespace gpupass::guest
