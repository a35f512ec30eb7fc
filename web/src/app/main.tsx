// Where the browser starts.
import "@kit/tokens.css";
import "@kit/kit.css";
import { createRoot } from "react-dom/client";
import { startI18n } from "@lib/i18n";
import { Providers } from "./providers";
import { warm } from "./warm";

warm(window.location.pathname);
const root = document.getElementById("root");
if (root) void startI18n().then(() => createRoot(root).render(<Providers />));
