//===- Npy.cpp - NumPy's array files --------------------------------------===//

#include "Npy.h"

#include "Memory.h"

#include <climits>
#include <cstring>

using namespace h3;

static constexpr std::string_view Magic("\x93NUMPY", 6);

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
struct Header {
  std::string Type;
  bool FortranOrder = false;
  std::vector<int64_t> Shape;
};

/// A reader of the header, which is the literal of a Python dictionary with
/// three known keys. Functions return false on text that does not fit.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view Text) : Rest(Text) {}

  bool parse(Header &Result) {
    if (!accept('{'))
      return false;
    bool HasType = false, HasOrder = false, HasShape = false;
    while (!accept('}')) {
      std::string Key;
      if (!parseString(Key) || !accept(':'))
        return false;
      bool *Seen = Key == "descr"           ? &HasType
                   : Key == "fortran_order" ? &HasOrder
                   : Key == "shape"         ? &HasShape
                                            : nullptr;
      if (!Seen || *Seen)
        return false;
      *Seen = true;
      bool Parsed = Seen == &HasType    ? parseString(Result.Type)
                    : Seen == &HasOrder ? parseBool(Result.FortranOrder)
                                        : parseShape(Result.Shape);
      if (!Parsed)
        return false;
      if (!accept(',') && peek() != '}')
        return false;
    }
    return HasType && HasOrder && HasShape && peek() == '\0';
  }

private:
  char peek() {
    size_t Start = Rest.find_first_not_of(" \n");
    Rest.remove_prefix(std::min(Start, Rest.size()));
    return Rest.empty() ? '\0' : Rest.front();
  }

  bool accept(char C) {
    if (peek() != C || Rest.empty())
      return false;
    Rest.remove_prefix(1);
    return true;
  }

  bool parseString(std::string &Result) {
    char Quote = peek();
    if ((Quote != '\'' && Quote != '"') || !accept(Quote))
      return false;
    size_t End = Rest.find(Quote);
    if (End == std::string_view::npos)
      return false;
    Result = Rest.substr(0, End);
    Rest.remove_prefix(End + 1);
    return true;
  }

  bool parseBool(bool &Result) {
    peek();
    for (bool Value : {false, true}) {
      std::string_view Name = Value ? "True" : "False";
      if (Rest.substr(0, Name.size()) != Name)
        continue;
      Rest.remove_prefix(Name.size());
      Result = Value;
      return true;
    }
    return false;
  }

  bool parseShape(std::vector<int64_t> &Result) {
    if (!accept('('))
      return false;
    while (!accept(')')) {
      if (peek() < '0' || peek() > '9' || Result.size() == 32)
        return false;
      int64_t Value = 0;
      for (; !Rest.empty() && Rest[0] >= '0' && Rest[0] <= '9';
           Rest.remove_prefix(1)) {
        if (Value > (INT64_MAX - 9) / 10)
          return false;
        Value = Value * 10 + (Rest[0] - '0');
      }
      Result.push_back(Value);
      if (!accept(',') && peek() != ')')
        return false;
    }
    return true;
  }

  std::string_view Rest;
};
} // namespace

/// Cuts the header off `Bytes`, which keeps the data.
static Error parseHeader(std::string_view &Bytes, const std::string &Name,
                         Header &Result) {
  if (Bytes.substr(0, Magic.size()) != Magic || Bytes.size() < 10)
    return Error::file(Name + " is not a .npy file");
  int Version = static_cast<unsigned char>(Bytes[6]);
  if (Version != 1 && Version != 2)
    return Error::file(Name + ": the format's version is " +
                       std::to_string(Version) + ", expected 1 or 2");
  size_t LengthBytes = Version == 1 ? 2 : 4;
  size_t Start = 8 + LengthBytes;
  if (Bytes.size() < Start)
    return Error::file(Name + ": the header is cut off");
  size_t Length = 0;
  for (size_t I = LengthBytes; I-- > 0;)
    Length = Length << 8 | static_cast<unsigned char>(Bytes[8 + I]);
  if (Length > Bytes.size() - Start)
    return Error::file(Name + ": the header is cut off");
  if (!HeaderParser(Bytes.substr(Start, Length)).parse(Result))
    return Error::file(Name + ": the header is not the dictionary of descr, "
                              "fortran_order and shape that NumPy writes");
  Bytes.remove_prefix(Start + Length);
  return Error::success();
}

Expected<IdArray> h3::parseIds(std::string_view Bytes,
                               const std::string &Name) {
  Header Head;
  if (Error Err = parseHeader(Bytes, Name, Head))
    return Err;
  if (Head.Type != "<i4" && Head.Type != "<i8")
    return Error::file(Name + ": the elements are '" + Head.Type +
                       "', expected int32 '<i4' or int64 '<i8'");
  if (Head.Shape.size() != 1 && Head.Shape.size() != 2)
    return Error::file(Name + ": the array has " +
                       std::to_string(Head.Shape.size()) +
                       " dimensions, expected [batch, seq] or [seq]");
  if (Head.FortranOrder && Head.Shape.size() == 2)
    return Error::file(Name + ": the array is in Fortran order, expected C "
                              "order; save numpy.ascontiguousarray of it");
  IdArray Result;
  Result.Batch = Head.Shape.size() == 2 ? Head.Shape[0] : 1;
  Result.Length = Head.Shape.back();
  if (Result.Batch == 0 || Result.Length == 0)
    return Error::file(Name + ": the array is empty");
  size_t ElementBytes = Head.Type == "<i4" ? 4 : 8;
  size_t Available = Bytes.size() / ElementBytes;
  if (uint64_t(Result.Length) > Available / Result.Batch)
    return Error::file(Name + ": the file has the data of " +
                       std::to_string(Available) + " ids, expected " +
                       std::to_string(Result.Batch) + " x " +
                       std::to_string(Result.Length));

  size_t Count = Result.Batch * Result.Length;
  Result.Ids.resize(Count);
  for (size_t I = 0; I < Count; ++I) {
    const char *Element = Bytes.data() + I * ElementBytes;
    if (ElementBytes == 4) {
      std::memcpy(&Result.Ids[I], Element, 4);
      continue;
    }
    int64_t Wide;
    std::memcpy(&Wide, Element, 8);
    if (Wide < 0 || Wide > INT32_MAX)
      return Error::file(Name + ": element " + std::to_string(I) + " is " +
                         std::to_string(Wide) + ", which is no token id");
    Result.Ids[I] = static_cast<int32_t>(Wide);
  }
  return Result;
}

Expected<IdArray> h3::readIds(const std::string &Path) {
  Expected<Mapping> File = Mapping::file(Path);
  if (!File)
    return File.takeError();
  return parseIds({File->data(), File->size()}, Path);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

Expected<NpyWriter> NpyWriter::create(const std::string &Path, const char *Type,
                                      const std::vector<int64_t> &Shape) {
  constexpr size_t Alignment = 64; // numpy.lib.format.ARRAY_ALIGN
  constexpr size_t Preamble = 10;
  std::string Text = std::string("{'descr': '") + Type +
                     "', 'fortran_order': False, 'shape': (";
  for (int64_t Size : Shape)
    Text += std::to_string(Size) + ", ";
  Text += "), }";
  Text.resize((Preamble + Text.size() + Alignment) / Alignment * Alignment -
                  Preamble,
              ' ');
  Text.back() = '\n';

  std::string Head(Magic);
  Head += {'\x01', '\x00', static_cast<char>(Text.size() & 0xff),
           static_cast<char>(Text.size() >> 8)};
  Head += Text;
  Expected<OutputFile> File = OutputFile::create(Path);
  if (!File)
    return File.takeError();
  NpyWriter Result(std::move(*File));
  Result.DataOffset = Head.size();
  if (Error Err = Result.File.writeAt(0, Head.data(), Head.size()))
    return Err;
  return Result;
}

Error NpyWriter::write(uint64_t Index, const void *Data, uint64_t Count) {
  constexpr uint64_t ElementBytes = 4;
  return File.writeAt(DataOffset + Index * ElementBytes, Data,
                      Count * ElementBytes);
}
