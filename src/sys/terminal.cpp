// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/sys/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace gpupass::sys {
namespace {

// A signal handler can reach nothing else.
volatile std::sig_atomic_t g_interrupted = 0;
int g_end_programs = 0;

}  // namespace

bool is_terminal(int stream) {
  return isatty(stream) == 1;
}

bool can_ask() {
  return is_terminal(STDIN_FILENO) && is_terminal(STDERR_FILENO);
}

int terminal_columns(int stream) {
  winsize size{};
  return is_terminal(stream) && ioctl(stream, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool may_colour(int stream) {
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  return terminal_columns(stream) > 0 && (no_colour == nullptr || *no_colour == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) { g_interrupted = 1; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

void outlive_readers() {
  struct sigaction action {};
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

bool interrupted() {
  return g_interrupted != 0;
}

bool forget_interrupt() {
  const bool was = interrupted();
  g_interrupted = 0;
  return was;
}

InterruptsEndPrograms::InterruptsEndPrograms() {
  ++g_end_programs;
}

InterruptsEndPrograms::~InterruptsEndPrograms() {
  --g_end_programs;
}

bool InterruptsEndPrograms::now() {
  return g_end_programs > 0 && interrupted();
}

std::filesystem::path executable() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

}  // namespace gpupass::sys
