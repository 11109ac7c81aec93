//===- ProgressBar.cpp - How far a long work has come ---------------------===//

#include "ProgressBar.h"

#include <cstdio>
#include <string>
#include <unistd.h>

using namespace h3;

ProgressBar::ProgressBar(const char *Label)
    : Label(Label), IsShown(isatty(STDERR_FILENO)) {}

void ProgressBar::update(double Share) {
  int Now = static_cast<int>(100 * Share);
  if (!IsShown || Now == Percent)
    return;
  Percent = Now;
  constexpr int Width = 40;
  std::string Done(Percent * Width / 100, '=');
  std::fprintf(stderr, "\r%s [%-*s] %3d%%", Label, Width, Done.c_str(),
               Percent);
}

ProgressBar::~ProgressBar() {
  if (IsShown && Percent >= 0)
    std::fputc('\n', stderr);
}
