//===- Main.cpp - main() of a compiled model ------------------------------===//

#include "h3rt/Program.h"

int main(int Argc, char **Argv) { return h3::runProgram(h3_model, Argc, Argv); }
