//===- FakeModel.h - A model written by hand --------------------*- C++ -*-===//

#ifndef H3RT_FAKEMODEL_H
#define H3RT_FAKEMODEL_H

#include "h3rt/abi.h"

/// A model without weights over bytes: the state of a sequence is the sum of
/// its tokens, the cache lists them, and the likeliest next token is the sum
/// modulo 128. It reads 4 tokens a step, has 3 slots and a context of 16.
H3Model makeFakeModel();

#endif // H3RT_FAKEMODEL_H
