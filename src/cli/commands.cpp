// SPDX-License-Identifier: GPL-2.0-or-later
// Every command and every action of one, in the order of --help, with others of its task.
#include <array>

#include "cli/actions.hpp"
#include "cli/bench.hpp"
#include "cli/container/container.hpp"
#include "cli/guest/guest.hpp"
#include "cli/hook/hook.hpp"
#include "gpupass/cli/run.hpp"

namespace gpupass::cli {
namespace {

const std::vector<Command> k_commands = {
    {"list", "[SELECTOR…]", "show graphics cards and the functions that go along", list, "Look"},
    {"groups", "[SELECTOR…]", "show IOMMU groups, and which can be passed through", groups, "Look"},
    {"doctor", "[SELECTOR…]", "say what prevents passthrough, and what to do about it", doctor, "Look"},
    {"status", "", "show what is assigned, and what was interrupted", status, "Look"},
    {"attach", "VM SELECTOR…", "assign a card to a domain", attach, "Assign and return"},
    {"detach", "VM SELECTOR…", "take a card out of a domain and return it to its driver", detach,
     "Assign and return"},
    {"bind", "SELECTOR…", "reserve devices for vfio-pci, without a domain", bind, "Assign and return"},
    {"unbind", "SELECTOR…", "return devices to the drivers that they had", unbind, "Assign and return"},
    {"recover", "", "finish or undo what was interrupted", recover, "Assign and return"},
    {"guest", "ACTION VM", "make, start, reach, stop and delete guests for cards", guest, "Guests"},
    {"xml", "SELECTOR…", "print the <hostdev> elements, or an edited domain", xml, "Guests"},
    {"hook", "ACTION", "have libvirt ask gpupass before it starts a domain", hook, "Guests"},
    {"container", "ACTION …", "show and describe cards to container engines", container, "Containers"},
    {"bench", "ACTION …", "measure cards, compare runs, write reports", bench, "Measure"},
    {"lab", "run|shell|list", "try everything on an emulated machine, without hardware", lab, "Try it"},
};

constexpr std::array k_guest = {
    Command{"create", "VM --image IMG [--gpu SELECTOR…]",
            "make a guest, tuned for this machine, that has a card", guest_create},
    Command{"list", "", "show the guests that gpupass made", guest_list},
    Command{"start", "VM", "start one, with gpupass's checks of its card", guest_start},
    Command{"stop", "VM", "shut it down", guest_stop},
    Command{"delete", "VM", "return its card, undefine it and remove its files", guest_delete},
    Command{"console", "VM", "open its serial console", guest_console},
    Command{"ssh", "VM [-- COMMAND…]", "log in, or run a command in it", guest_ssh},
    Command{"bench", "VM [--compare-with HOST] [-o FILE]",
            "run the suite in it, bring its results here, compare, report", guest_bench},
    Command{"wait", "VM", "wait until it can be reached, and print its address", guest_wait},
};

constexpr std::array k_hook = {
    Command{"install", "", "have libvirt ask gpupass before each start", hook_install},
    Command{"uninstall", "", "remove that hook", hook_uninstall},
    Command{"status", "", "say whether it is installed", hook_status},
    Command{"check", "VM", "say whether a start of VM would be refused, and why", hook_check},
    Command{"run", "DRIVER NAME OPERATION …", "called by libvirt, with the domain's XML as input", hook_run},
};

constexpr std::array k_container = {
    Command{"list", "[SELECTOR…]", "show cards, their nodes, libraries, CDI names and users", container_list},
    Command{"write", "[SELECTOR…]", "describe cards to container engines in a CDI file", container_write},
    Command{"remove", "", "remove the CDI files that write wrote", container_remove},
    Command{"attach", "lxc:NAME SELECTOR…", "assign cards to an LXC container, from its next start on",
            container_attach},
    Command{"detach", "lxc:NAME [SELECTOR…]", "remove them from its configuration", container_detach},
    Command{"flags", "SELECTOR…", "print options for engines without CDI, or lines for LXC", container_flags},
};

constexpr std::array k_bench = {
    Command{"run", "[OPTION…]", "measure this machine with gpupass-bench", bench_run},
    Command{"compare", "BASELINE… -- CANDIDATE…",
            "say how much slower, how certainly, and if within the margin", bench_compare},
    Command{"report", "BASELINE… [-- CANDIDATE…] -o FILE", "write a page with figures and tables",
            bench_report},
    Command{"experiment", "--gpu SELECTOR --arm ARM…",
            "measure host, containers and guests alternately, and report", bench_experiment},
    Command{"import", "nvbandwidth FILE", "convert another tool's result to a run", bench_import},
    Command{"export", "FORMAT FILE…", "write runs in another tool's format", bench_export},
};

}  // namespace

const std::vector<Command>& commands() {
  return k_commands;
}

Result<int> guest(Context& context, const std::vector<std::string>& arguments) {
  return run_action(context, {"guest", "Guests fitted to cards.", k_guest}, arguments);
}

Result<int> hook(Context& context, const std::vector<std::string>& arguments) {
  return run_action(context, {"hook", "Has libvirt ask gpupass before it starts a domain.", k_hook},
                    arguments);
}

Result<int> container(Context& context, const std::vector<std::string>& arguments) {
  return run_action(
      context, {"container", "Gives cards to containers. A card stays on the host's driver.", k_container},
      arguments);
}

Result<int> bench(Context& context, const std::vector<std::string>& arguments) {
  return run_action(context, {"bench", "What does passthrough cost?", k_bench}, arguments);
}

}  // namespace gpupass::cli
