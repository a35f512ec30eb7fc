// The chosen theme, and the look's colours as antd wants them: read from tokens.css, so there is one source.
import { theme, type ThemeConfig } from "antd";
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "contrast";
export const THEMES: Theme[] = ["light", "dark", "contrast"];

const listeners = new Set<() => void>();
const current = (): Theme => (document.documentElement.dataset.theme as Theme | undefined) ?? "light";

export function setTheme(next: Theme): void {
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // Kept for this page only.
  }
  for (const listener of listeners) listener();
}

// Chosen in another tab.
window.addEventListener("storage", ({ key, newValue }) => {
  if (key === "theme" && THEMES.some((theme) => theme === newValue)) setTheme(newValue as Theme);
});

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    current,
    current,
  );
}

/** The value of a token, such as `ink` or `ready-soft`. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || "#888888";
}

export function antdTheme(of: Theme): ThemeConfig {
  return {
    algorithm: of === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm,
    cssVar: { key: "sb" },
    hashed: false,
    token: {
      colorPrimary: token("accent"),
      colorLink: token("accent"),
      colorInfo: token("call"),
      colorSuccess: token("ready"),
      colorWarning: token("wrap"),
      colorError: token("busy"),
      colorTextLightSolid: token("on-accent"),
      colorText: token("ink"),
      colorTextHeading: token("ink"),
      colorTextSecondary: token("ink-2"),
      colorTextTertiary: token("ink-3"),
      colorTextDescription: token("ink-3"),
      colorTextPlaceholder: token("ink-3"),
      colorTextDisabled: token("ink-3"),
      colorBgBase: token("surface"),
      colorBgLayout: token("ground"),
      colorBgContainer: token("surface"),
      colorBgElevated: token("surface"),
      colorBgContainerDisabled: token("sunken"),
      colorFillAlter: token("sunken"),
      colorBorder: token("line-strong"),
      colorBorderDisabled: token("line"),
      colorBorderSecondary: token("line"),
      colorSplit: token("line"),
      controlItemBgHover: token("sunken"),
      controlItemBgActive: token("accent-soft"),
      controlItemBgActiveHover: token("accent-soft"),
      colorBgSpotlight: of === "dark" ? "#33413c" : "#1f2925",
      fontFamily: "var(--font)",
      fontSize: 14,
      fontSizeSM: 14,
      controlHeight: 34,
      controlHeightSM: 28,
      borderRadius: 8,
      borderRadiusLG: 10,
      borderRadiusSM: 6,
      lineHeight: 1.55,
      boxShadow: token("shadow"),
      boxShadowSecondary: token("shadow"),
      controlOutlineWidth: 2,
      wireframe: false,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.16s",
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", fontWeight: 400, contentFontSizeSM: 14, colorTextLightSolid: token("on-accent") },
      Tooltip: { colorTextLightSolid: "#ffffff" },
      Modal: { titleFontSize: 16 },
      Message: { contentBg: token("surface") },
    },
  };
}
