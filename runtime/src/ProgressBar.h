//===- ProgressBar.h - How far a long work has come -------------*- C++ -*-===//

#ifndef H3RT_PROGRESSBAR_H
#define H3RT_PROGRESSBAR_H

namespace h3 {

/// Draws itself on stderr if that is a terminal, from the first update on.
class ProgressBar {
public:
  explicit ProgressBar(const char *Label);
  ~ProgressBar();
  void update(double Share);

private:
  const char *Label;
  const bool IsShown;
  int Percent = -1;
};

} // namespace h3

#endif // H3RT_PROGRESSBAR_H
