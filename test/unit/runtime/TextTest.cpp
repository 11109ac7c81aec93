//===- TextTest.cpp - Streams of text -------------------------------------===//

#include "StopFilter.h"
#include "Utf8Stream.h"

#include <gtest/gtest.h>

using namespace h3;

TEST(Utf8Stream, HoldsBackIncompleteCharacters) {
  Utf8Stream Stream;
  EXPECT_EQ(Stream.push("a\xe2"), "a");
  EXPECT_EQ(Stream.push("\x82"), "");
  EXPECT_EQ(Stream.push("\xac!"), "\u20ac!");
  EXPECT_EQ(Stream.push("\xf0\x9f"), "");
  EXPECT_EQ(Stream.flush(), "\ufffd");
  EXPECT_EQ(Stream.flush(), "");
}

TEST(Utf8Stream, ReplacesWhatIsInvalid) {
  Utf8Stream Stream;
  EXPECT_EQ(Stream.push("\x80\xff\xc0\xaf"), "\ufffd\ufffd\ufffd\ufffd");
  EXPECT_EQ(Stream.push("\xe2\x82x"), "\ufffdx");
  EXPECT_EQ(Stream.push("\xed\xa0\x80"), "\ufffd\ufffd\ufffd"); // a surrogate
  EXPECT_EQ(Stream.push("\xf4\x90"), "\ufffd\ufffd");           // past U+10FFFF
  EXPECT_EQ(Stream.flush(), "");
}

TEST(StopFilter, StopsAcrossPieces) {
  StopFilter Filter({"END", "stop", ""});
  EXPECT_EQ(Filter.push("an E"), "an ");
  EXPECT_EQ(Filter.push("Ns"), "EN");
  EXPECT_EQ(Filter.push("to"), "");
  EXPECT_EQ(Filter.push("p it"), "");
  EXPECT_TRUE(Filter.stopped());
  EXPECT_EQ(Filter.flush(), "");
}

TEST(StopFilter, FlushesAFalseAlarm) {
  StopFilter Filter({"END"});
  EXPECT_EQ(Filter.push("xEN"), "x");
  EXPECT_EQ(Filter.flush(), "EN");
  EXPECT_FALSE(Filter.stopped());
}
