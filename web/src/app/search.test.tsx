// The search box: opened by its key, walked with the arrows, silent while an input method composes.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { startI18n } from "@lib/i18n";
import { server, show } from "../test/page";
import { SearchBox } from "./search";

const HITS = {
  building: null,
  groups: [
    { source: "customers", label: "name", hits: [{ title: "王*", detail: "3300000001 · 154****0001", to: "/customers/cu_1", marks: ["class.residential"] }] },
    { source: "customers", label: "phone", hits: [{ title: "<img src=x onerror=alert(1)>", detail: "", to: "/customers/cu_2", marks: [] }] },
  ],
};

async function opened(answer: unknown) {
  await startI18n();
  const asked = server({ "GET /api/search": answer });
  const router = show([{ path: "/", element: <SearchBox /> }, { path: "/customers/:id", element: <p>page</p> }], "/");
  fireEvent.keyDown(window, { key: "k", ctrlKey: true });
  return { asked, router, input: await screen.findByRole("combobox") };
}

describe("the search box", () => {
  it("leads to what the arrows have chosen", async () => {
    const { input, router } = await opened(HITS);
    fireEvent.change(input, { target: { value: "王" } });
    const options = await screen.findAllByRole("option");
    expect(options[0]?.getAttribute("aria-selected")).toBe("true");
    expect(options[1]?.textContent).toContain("<img src=x onerror=alert(1)>");
    fireEvent.keyDown(input, { key: "ArrowDown" });
    fireEvent.keyDown(input, { key: "Enter" });
    await waitFor(() => expect(router.state.location.pathname).toBe("/customers/cu_2"));
  });

  it("does nothing while an input method composes", async () => {
    const { input, asked, router } = await opened(HITS);
    fireEvent.compositionStart(input);
    fireEvent.change(input, { target: { value: "wang" } });
    fireEvent.keyDown(input, { key: "Enter", keyCode: 229 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked).toEqual([]);
    expect(router.state.location.pathname).toBe("/");
    fireEvent.change(input, { target: { value: "王" } });
    fireEvent.compositionEnd(input);
    await waitFor(() => expect(asked.map((one) => one.path)).toEqual([`/api/search?q=${encodeURIComponent("王")}`]));
  });

  it("says how far the index is", async () => {
    const { input } = await opened({ building: 42, groups: [] });
    fireEvent.change(input, { target: { value: "王" } });
    expect((await screen.findByText(/42/)).textContent).toContain("42");
  });
});
