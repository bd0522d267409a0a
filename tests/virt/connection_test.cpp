// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gpupass/hypervisor.hpp"
#include "support/tree.hpp"
#include "virt/fake_daemon.hpp"
#include "virt/templates.hpp"

namespace gpupass {
namespace {

using namespace std::chrono_literals;
using test::FakeDaemon;
using testing::AllOf;
using testing::HasSubstr;

constexpr auto k_plenty = 60s;
constexpr const char* k_test = "test:///default";

std::unique_ptr<Hypervisor> connected(const std::string& uri = k_test) {
  auto connection = connect(uri, k_plenty);
  EXPECT_TRUE(connection) << connection.error().what;
  return std::move(connection).value();
}

std::string new_domain(const std::string& name, const std::string& devices = {}) {
  return fmt::format(
      "<domain type='test'><name>{}</name><memory>65536</memory><os><type arch='x86_64'>hvm</type></os>"
      "<devices>{}</devices></domain>",
      name, devices);
}

/// The error of a call that must fail.
template <class T>
Error refusal(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? Error{} : result.error();
}

TEST(Connection, ListsDomainsAndFindsThemByNameAndByUuid) {
  const auto libvirt = connected();
  EXPECT_EQ(libvirt->uri(), k_test);
  const auto domains = libvirt->domains().value();
  ASSERT_EQ(domains.size(), 1U);
  EXPECT_EQ(domains.front().name, "test");
  EXPECT_TRUE(domains.front().running);
  EXPECT_TRUE(domains.front().persistent);
  EXPECT_EQ(libvirt->domain("test").value(), domains.front());
  EXPECT_EQ(libvirt->domain(domains.front().uuid).value(), domains.front());
}

TEST(Connection, NamesTheDomainsThatAreThereWhenOneIsNot) {
  const auto libvirt = connected();
  ASSERT_TRUE(libvirt->define(new_domain("vm1")));
  for (const auto& error : {refusal(libvirt->domain("vm2")), refusal(libvirt->xml("vm2", DomainView::live)),
                            refusal(libvirt->attach_live("vm2", "<hostdev/>"))}) {
    EXPECT_EQ(error.kind, ErrorKind::not_found);
    EXPECT_THAT(error.what, AllOf(HasSubstr("'vm2'"), HasSubstr("Domain not found")));
    EXPECT_EQ(error.hint, "there are these: test and vm1");
  }
}

TEST(Connection, DefinesWhatItReadsBack) {
  const auto libvirt = connected();
  ASSERT_TRUE(libvirt->define(new_domain("vm1")));
  const auto state = libvirt->domain("vm1").value();
  EXPECT_FALSE(state.running);
  EXPECT_TRUE(state.persistent);
  const auto before = libvirt->xml("vm1", DomainView::config).value();
  const auto after = add_cards(before, {{{test::at("0000:01:00.0")}}}, test::shipped_templates()).value();
  ASSERT_TRUE(libvirt->define(after));
  EXPECT_THAT(hostdev_functions(libvirt->xml("vm1", DomainView::config).value()).value(),
              testing::ElementsAre(test::at("0000:01:00.0")));
}

TEST(Connection, ReadsTheConfigurationApartFromWhatRuns) {
  const auto libvirt = connected();
  EXPECT_THAT(libvirt->xml("test", DomainView::live).value(), HasSubstr("<domain type='test' id='1'>"));
  EXPECT_THAT(libvirt->xml("test", DomainView::config).value(), HasSubstr("<domain type='test'>"));
}

TEST(Connection, ShowsSecretsBecauseTheDomainIsDefinedAgainFromThem) {
  const auto libvirt = connected();
  ASSERT_TRUE(libvirt->define(new_domain("vm1", "<graphics type='vnc' passwd='hunter2'/>")));
  EXPECT_THAT(libvirt->xml("vm1", DomainView::config).value(), HasSubstr("passwd='hunter2'"));
}

TEST(Connection, RefusesADomainThatIsNotXmlOrNotInTheSchema) {
  const auto libvirt = connected();
  const auto not_xml = refusal(libvirt->define("<domain"));
  EXPECT_EQ(not_xml.kind, ErrorKind::invalid);
  EXPECT_THAT(not_xml.what, HasSubstr("define the domain: "));
  const auto not_in_schema = refusal(libvirt->define(new_domain("vm1", "<flux-capacitor/>")));
  EXPECT_EQ(not_in_schema.kind, ErrorKind::invalid);
  EXPECT_THAT(not_in_schema.what, HasSubstr("failed to validate against schema"));
  EXPECT_THAT(not_in_schema.hint, HasSubstr("virt-xml-validate"));
  EXPECT_EQ(refusal(libvirt->domain("vm1")).kind, ErrorKind::not_found);
}

TEST(Connection, SaysWhatItsDriverCannotDo) {
  const auto libvirt = connected();
  const auto hostdev = hostdev_xml(test::at("0000:01:00.0"), test::shipped_templates()).value();
  for (const auto& error : {refusal(libvirt->attach_live("test", hostdev)),
                            refusal(libvirt->request_detach_live("test", hostdev))}) {
    EXPECT_EQ(error.kind, ErrorKind::unsupported);
    EXPECT_THAT(error.what, HasSubstr("not supported by the connection driver"));
    EXPECT_THAT(error.hint, HasSubstr("--config"));
  }
}

TEST(Connect, SaysHowToStartTheDaemonWhereThereIsNone) {
  const test::Tree folder;
  const auto error = refusal(connect("qemu+unix:///system?socket=" + folder.at("/none").string(), k_plenty));
  EXPECT_EQ(error.kind, ErrorKind::hypervisor);
  EXPECT_THAT(error.what, AllOf(HasSubstr("/none"), HasSubstr("No such file or directory")));
  EXPECT_THAT(error.hint, AllOf(HasSubstr("systemctl start libvirtd"), HasSubstr("--connect")));
}

TEST(Connect, RefusesAUriThatNoDriverHas) {
  const auto error = refusal(connect("nonsense", k_plenty));
  EXPECT_EQ(error.kind, ErrorKind::hypervisor);
  EXPECT_THAT(error.what, HasSubstr("connect to nonsense: no connection driver available"));
  EXPECT_THAT(error.hint, HasSubstr("--connect qemu:///system"));
}

TEST(Connect, LeavesStandardErrorToItsCaller) {
  testing::internal::CaptureStderr();
  const auto libvirt = connected();
  static_cast<void>(refusal(libvirt->domain("absent")));
  static_cast<void>(refusal(connect("nonsense", k_plenty)));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Connect, EndsAtTheDeadlineWhereTheDaemonNeverAnswers) {
  const test::Tree folder;
  const FakeDaemon daemon(folder.root(), FakeDaemon::Stuck::at_once);
  const auto before = std::chrono::steady_clock::now();
  const auto error = refusal(connect(daemon.uri(), 200ms));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
  EXPECT_EQ(error.kind, ErrorKind::timeout);
  EXPECT_THAT(error.what, HasSubstr("did not answer within 0.2 s"));
}

TEST(Connection, EndsACallAtTheDeadlineWhereTheDaemonIsStuck) {
  const test::Tree folder;
  const FakeDaemon daemon(folder.root(), FakeDaemon::Stuck::once_opened);
  const auto before = std::chrono::steady_clock::now();
  {
    const auto libvirt = connect(daemon.uri(), 2s);
    ASSERT_TRUE(libvirt) << libvirt.error().what;
    const auto error = refusal((*libvirt)->attach_live("vm1", "<hostdev/>"));
    EXPECT_EQ(error.kind, ErrorKind::timeout);
    EXPECT_THAT(error.what, AllOf(HasSubstr("attach a device to running domain 'vm1'"),
                                  HasSubstr("may still be carried out")));
    EXPECT_THAT(error.hint, HasSubstr(daemon.uri()));
  }  // closing asks the daemon, too
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
}

}  // namespace
}  // namespace gpupass
