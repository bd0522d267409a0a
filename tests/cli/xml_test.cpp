// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "gpupass/cli/command.hpp"
#include "gpupass/domain.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/golden.hpp"
#include "support/pci_tree.hpp"
#include "support/shared_hypervisor.hpp"
#include "support/tree.hpp"

namespace gpupass {
namespace {

using test::read_fixture;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// A machine with a card of two functions behind a root port, and a disk controller behind another.
class Xml : public testing::Test {
 protected:
  Xml() {
    test::PciTree(tree_.root())
        .add({.address = "0000:00:01.0", .class_code = 0x060400})
        .add({.address = "0000:01:00.0", .bus = "pci0000:00/0000:00:01.0", .class_code = 0x030000})
        .add({.address = "0000:01:00.1", .bus = "pci0000:00/0000:00:01.0", .class_code = 0x040300})
        .add({.address = "0000:00:02.0", .class_code = 0x060400})
        .add({.address = "0000:02:00.0", .bus = "pci0000:00/0000:00:02.0", .class_code = 0x010802});
  }

  Result<int> run(const std::vector<std::string>& arguments, const std::string& input = {}) {
    std::istringstream in(input);
    out_.str({});
    cli::Terminal terminal{in, out_, err_, false, false, 80};
    const auto connect = [this](const std::string&,
                                std::chrono::milliseconds) -> Result<std::unique_ptr<Hypervisor>> {
      if (libvirt_ != nullptr) return std::make_unique<test::SharedHypervisor>(*libvirt_, others_);
      return fail(ErrorKind::internal, "it asked libvirt");
    };
    cli::Context context{{host_, connect, test::source(), "test:///default"}, terminal};
    return cli::xml(context, arguments);
  }

  /// What the output, taken as the devices of a domain, gives to a guest.
  [[nodiscard]] std::vector<std::string> given(const std::string& domain) const {
    std::vector<std::string> names;
    const auto functions = hostdev_functions(domain);
    EXPECT_TRUE(functions) << functions.error().what;
    for (const auto& function : functions.value_or(std::vector<PciAddress>{}))
      names.push_back(to_string(function));
    return names;
  }
  [[nodiscard]] std::string as_domain() const {
    const auto one = out_.str().find("<devices>") == std::string::npos;
    return one ? "<domain><devices>" + out_.str() + "</devices></domain>"
               : "<domain>" + out_.str() + "</domain>";
  }

  test::FakeHypervisor* libvirt_ = nullptr;
  std::map<std::string, std::string> others_;
  test::Tree tree_;
  Host host_{tree_.root()};
  std::ostringstream out_, err_;
};

TEST_F(Xml, PrintsOneHostdevOrOneDocumentInWhichTheCardIsOneDevice) {
  EXPECT_EQ(run({"02:00.0"}), 0);
  EXPECT_THAT(given(as_domain()), ElementsAre("0000:02:00.0"));
  EXPECT_THAT(out_.str(), testing::StartsWith("<hostdev mode='subsystem' type='pci' managed='yes'>\n"));
  EXPECT_EQ(run({"01:00.0"}), 0);
  EXPECT_THAT(given(as_domain()), ElementsAre("0000:01:00.0", "0000:01:00.1"));
  EXPECT_THAT(out_.str(), testing::EndsWith("</devices>\n"));
  EXPECT_EQ(is_multifunction_in_guest(as_domain(), *parse_pci_address("0000:01:00.1")), true);
}

TEST_F(Xml, AsksLibvirtForADomainWhereThereIsNoSuchFile) {
  const auto asked = run({"01:00.0", "--domain", "vm1"});
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error().what, HasSubstr("it asked libvirt"));
  test::FakeHypervisor libvirt("vm1", read_fixture("xml/i440fx/domain.xml"), "");
  libvirt_ = &libvirt;
  EXPECT_EQ(run({"01:00.0", "--domain", "vm1"}), 0);
  EXPECT_EQ(out_.str(), read_fixture("xml/i440fx/expected.xml"));
}

TEST_F(Xml, AddsExactlyWhatWithNames) {
  EXPECT_EQ(run({"01:00.0", "--with", "02:00.0"}), 0);
  EXPECT_THAT(given(as_domain()), ElementsAre("0000:01:00.0", "0000:01:00.1", "0000:02:00.0"));
  EXPECT_EQ(run({"02:00.0", "--with", "0000:01:00.1"}), 0);
  EXPECT_THAT(given(as_domain()), ElementsAre("0000:01:00.1", "0000:02:00.0"));
}

TEST_F(Xml, PrintsTheDomainOfAFileWithTheCardInIt) {
  EXPECT_EQ(run({"01:00.0", "--domain", test::fixture("xml/i440fx/domain.xml").string()}), 0);
  EXPECT_EQ(out_.str(), read_fixture("xml/i440fx/expected.xml"));
}

TEST_F(Xml, ReadsTheDomainFromStandardInput) {
  EXPECT_EQ(run({"01:00.0", "--domain", "-"}, read_fixture("xml/i440fx/domain.xml")), 0);
  EXPECT_EQ(out_.str(), read_fixture("xml/i440fx/expected.xml"));
}

TEST_F(Xml, PrintsNoBridge) {
  const auto result = run({"00:01.0"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::refused);
  EXPECT_THAT(result.error().what, HasSubstr("is a bridge; only endpoints can be passed through"));
  EXPECT_EQ(out_.str(), "");
}

TEST_F(Xml, PrintsNothingAndSaysWhyWhereItCannot) {
  const auto refusal = [&](const std::vector<std::string>& arguments, const std::string& input = {}) {
    const auto status = run(arguments, input);
    EXPECT_EQ(out_.str(), "");
    return status ? Error{} : status.error();
  };
  EXPECT_EQ(refusal({}).kind, ErrorKind::usage);
  EXPECT_EQ(refusal({"0000:09:00.0"}).kind, ErrorKind::not_found);
  const auto absent = refusal({"01:00.0", "--domain", tree_.at("/absent.xml").string()});
  EXPECT_EQ(absent.kind, ErrorKind::not_found);
  EXPECT_THAT(absent.what, HasSubstr("/absent.xml"));
  const auto not_xml = refusal({"01:00.0", "--domain", "-"}, "vm1\n");
  EXPECT_EQ(not_xml.kind, ErrorKind::invalid);
  EXPECT_THAT(describe(not_xml), AllOf(HasSubstr("standard input"), HasSubstr("not XML: line 1")));
  EXPECT_EQ(refusal({"01:00.0", "--domain", "-"}, std::string((1U << 24U) + 1, ' ')).kind,
            ErrorKind::invalid);
  EXPECT_THAT(refusal({"01:00.0", "--domain", "-"}, std::string((1U << 24U) + 1, ' ')).what,
              HasSubstr("larger than 16 MiB"));
}

}  // namespace
}  // namespace gpupass
