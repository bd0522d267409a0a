// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/virt/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/host.hpp"
#include "support/golden.hpp"
#include "support/tree.hpp"

namespace gpupass::virt {
namespace {

using test::read_fixture;
using testing::AllOf;
using testing::HasSubstr;

Document parsed(const std::string& text, const std::string& root = "a") {
  auto document = Document::parse(text, "text", root);
  EXPECT_TRUE(document) << document.error().what;
  return std::move(document).value();
}

std::string refusal(const std::string& text) {
  const auto document = Document::parse(text, "text", "a");
  if (document) return "it was accepted";
  EXPECT_EQ(document.error().kind, ErrorKind::invalid);
  return document.error().what;
}

TEST(Document, GivesBackEveryCharacterOfWhatItRead) {
  for (const std::string text : {
           "<a/>\n",
           "<a b='1' c='{\"x\":\"y\"}' d=\"it's\"/>\n",
           "<a>\n\n  <b>  </b>\t<c> x </c>\n</a>\n",
           "<a>one <b>two</b> <b>three</b></a>\n",
           "<a><!-- -- > <b> --><![CDATA[ <b> & ]]></a>\n",
           "<?xml version='1.0' encoding='UTF-8'?>\n<!-- before -->\n<a/>\n<!-- after -->\n",
           "<a><?php echo '<b>'; ?></a>\n",
           "<a b='&lt;&#10;&quot;'>&amp;&#x41;&unknown;</a>\n",
           "<a b='x > y'>]]></a>\n",
           "\xef\xbb\xbf<a>\xc3\xa9</a>\n",
       }) {
    EXPECT_EQ(parsed(text).text(), text);
  }
}

// What libxml2, which libvirt reads XML with, says of both texts is the measure here.
TEST(Document, MeansTheSameToAnotherReader) {
  test::Tree folder;
  const auto original = read_fixture("xml/everything-else-kept/domain.xml");
  const auto canonical = [&](const std::string& text) {
    folder.file("/text.xml", text);
    Program canonicalise;
    canonicalise.argv = {"xmllint", "--c14n", folder.at("/text.xml").string()};
    const auto end = Host().run(canonicalise);
    EXPECT_TRUE(end) << end.error().what;
    EXPECT_EQ(end->status, 0) << end->errors;
    return end->output;
  };
  EXPECT_EQ(canonical(parsed(original, "domain").text()), canonical(original));
}

TEST(Document, NamesTheLineOfWhatIsNotXml) {
  EXPECT_EQ(refusal("<a>\n<b>\n</a>"), "the text is not XML: line 2: mismatched element");
  EXPECT_EQ(refusal("<a>\n\x01</a>"), "the text is not XML: line 2: control character 0x01");
  EXPECT_EQ(refusal(std::string("<a/>\n\0<b/>", 10)), "the text is not XML: line 2: control character 0x00");
  EXPECT_THAT(refusal("hello"), HasSubstr("is not XML: line 1"));
  EXPECT_THAT(refusal("hello <a/>"), HasSubstr("line 1: text outside the elements"));
  EXPECT_THAT(refusal("<a/>\n<c/>"), HasSubstr("line 2: <c> is a second root element"));
  EXPECT_THAT(refusal("<a b='1' b='2'/>"), HasSubstr("parsing attribute"));
  EXPECT_THAT(refusal("<a><b"), HasSubstr("is not XML"));
  EXPECT_THAT(refusal("<a><!-- "), HasSubstr("is not XML"));
  EXPECT_THAT(refusal("<a><?pi "), HasSubstr("is not XML"));
  EXPECT_THAT(refusal(""), HasSubstr("empty document"));
  EXPECT_THAT(refusal(" \n "), HasSubstr("empty document"));
  EXPECT_THAT(refusal("<!-- only this -->"), HasSubstr("has no element"));
}

TEST(Document, RefusesAnotherRootAndADocumentTypeOfItsOwn) {
  EXPECT_EQ(refusal("<network/>"), "the text is a <network>, not a <a>");
  EXPECT_THAT(refusal("<!DOCTYPE a [<!ENTITY x '1'>]>\n<a/>"),
              AllOf(HasSubstr("line 1"), HasSubstr("document type")));
}

TEST(Document, RefusesWhatIsNestedWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_THAT(refusal(deep), HasSubstr("element depth exceeded"));
}

TEST(Document, ReadsAttributesWithTheirEntitiesDecoded) {
  const auto document = parsed("<a plain='x' hex='0&#x78;01' quoted='&lt;&quot;&amp;' empty=''/>");
  EXPECT_EQ(attribute(document.root(), "plain"), "x");
  EXPECT_EQ(attribute(document.root(), "hex"), "0x01");
  EXPECT_EQ(attribute(document.root(), "quoted"), "<\"&");
  EXPECT_EQ(attribute(document.root(), "empty"), "");
  EXPECT_EQ(attribute(document.root(), "absent"), std::nullopt);
}

TEST(Document, IndentsWhatIsPutInAsItsSiblingsAre) {
  const auto fragment = parsed("<n>\n  <m/>\n</n>", "n");
  const auto with = [&](const std::string& text) {
    auto document = parsed(text);
    auto* const list = document.root().FirstChildElement("list");
    insert_copy(*list, list->FirstChildElement("x"), fragment.root());
    return document.text();
  };
  EXPECT_EQ(with("<a>\n  <list>\n    <x/>\n    <y/>\n  </list>\n</a>"),
            "<a>\n  <list>\n    <x/>\n    <n>\n      <m/>\n    </n>\n    <y/>\n  </list>\n</a>\n");
  EXPECT_EQ(with("<a>\n\t<list>\n\t\t<x/>\n\t</list>\n</a>"),
            "<a>\n\t<list>\n\t\t<x/>\n\t\t<n>\n\t\t  <m/>\n\t\t</n>\n\t</list>\n</a>\n");
  EXPECT_EQ(with("<a>\n  <list/>\n</a>"), "<a>\n  <list>\n    <n>\n      <m/>\n    </n>\n  </list>\n</a>\n");
  EXPECT_EQ(with("<a>\n  <list>\n    <x/> <!-- of x -->\n  </list>\n</a>"),
            "<a>\n  <list>\n    <x/> <!-- of x -->\n    <n>\n      <m/>\n    </n>\n  </list>\n</a>\n");
  EXPECT_EQ(with("<a><list><x/><y/></list></a>"), "<a><list><x/><n><m/></n><y/></list></a>\n");
}

TEST(Document, TakesTheLineAwayWithAnElement) {
  auto document = parsed("<a>\n  <!-- b -->\n  <b/>\n  <c/>\n</a>");
  remove(*document.root().FirstChildElement("b"));
  EXPECT_EQ(document.text(), "<a>\n  <!-- b -->\n  <c/>\n</a>\n");
}

}  // namespace
}  // namespace gpupass::virt
