//===- H3.td - The H3 dialect -------------------------------*- tablegen -*-===//
//
// The dialect itself; the operations are in H3Ops.td.
//
//===----------------------------------------------------------------------===//

#ifndef H3_DIALECT
#define H3_DIALECT

include "mlir/IR/OpBase.td"

def H3_Dialect : Dialect {
  let name = "h3";
  let cppNamespace = "::h3";
  let summary = "State-space language models";
  let description = [{
    Operations of H3 and its relatives that no upstream dialect has: state-space
    models in their several forms, the layers around them, and the parameters of
    a checkpoint.

    The operations are in destination-passing style and exist on tensors and on
    memrefs, so that one-shot bufferisation turns one into the other. A *step*
    works on a flat list of `T` tokens that belong to any mix of sequences.
    Operations that look at sequences take the *batch*: `starts` (`S + 1` row
    numbers), `slots` (the state slot of each sequence) and `positions` (tokens
    of each sequence before this step).
  }];
  let useDefaultAttributePrinterParser = 1;
}

class H3_Op<string mnemonic, list<Trait> traits = []>
    : Op<H3_Dialect, mnemonic, traits>;

#endif // H3_DIALECT
