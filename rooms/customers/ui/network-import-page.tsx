// The network from a sheet: elements, or accounts with what they hang below.
import { ImportScreen } from "./import-page";

export default function NetworkImportPage() {
  return <ImportScreen what="network" />;
}
