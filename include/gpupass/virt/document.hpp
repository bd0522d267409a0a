// SPDX-License-Identifier: GPL-2.0-or-later
// XML as a tree that prints back as it was read, white space included, but for what was changed.
#pragma once

#include <tinyxml2.h>

#include <memory>
#include <optional>
#include <string>

#include "gpupass/error.hpp"

namespace gpupass::virt {

using Element = tinyxml2::XMLElement;

/// Entities and character references stay as they were written: text() gives back the very
/// characters, and attribute() decodes them.
class Document {
 public:
  /// `origin` names the text in messages. Error: invalid (not XML, another root element, a document
  /// type of its own).
  [[nodiscard]] static Result<Document> parse(const std::string& text, const std::string& origin,
                                              const std::string& root_name);

  [[nodiscard]] Element& root() { return *tree_->RootElement(); }
  [[nodiscard]] const Element& root() const { return *tree_->RootElement(); }
  [[nodiscard]] std::string text() const;

 private:
  explicit Document(std::unique_ptr<tinyxml2::XMLDocument> tree) : tree_(std::move(tree)) {}
  std::unique_ptr<tinyxml2::XMLDocument> tree_;
};

/// The value with its entities decoded; nothing if there is no such attribute.
[[nodiscard]] std::optional<std::string> attribute(const Element& element, const char* name);
/// False, too, where there is no such attribute.
[[nodiscard]] bool attribute_is(const Element& element, const char* name, const std::string& value);

/// Text as it must be written in an attribute or between elements: what attribute() decodes.
[[nodiscard]] std::string escaped(const std::string& text);

/// One element with all that is in it.
[[nodiscard]] std::string text_of(const Element& element);

/// A copy of `fragment`, which may be of another document, as the child of `parent` after `previous`
/// (last where that is null), indented as its siblings are.
Element& insert_copy(Element& parent, Element* previous, const Element& fragment);
/// The child of that name, made and indented where there is none.
Element& child(Element& parent, const char* name);
/// With the white space before it.
void remove(Element& element);

}  // namespace gpupass::virt
