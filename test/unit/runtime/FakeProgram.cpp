//===- FakeProgram.cpp - The object file of a model written by hand -------===//

#include "FakeModel.h"

extern "C" const H3Model h3_model = makeFakeModel();
