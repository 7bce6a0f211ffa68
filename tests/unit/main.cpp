// Runs all unit tests. AddressSanitizer finds leaks, so CppUTest's own operator new stays out of its way.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

#include <csignal>

int main(int argc, char** argv) {
  // As in every process of ours: a peer that has gone is an error of a write, not the end.
  std::signal(SIGPIPE, SIG_IGN);
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
