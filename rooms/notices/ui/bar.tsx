// In the bar above every page: bulletins to be read, and that nobody has set the signature of text messages.
import Unread from "./unread";
import Unsigned from "./unsigned";

export default function Bar() {
  return (
    <>
      <Unsigned />
      <Unread />
    </>
  );
}
