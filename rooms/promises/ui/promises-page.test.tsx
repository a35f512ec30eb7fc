// Each number of the page opens what it counted: the centre's row too, which no unit answers for.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import PromisesPage from "./promises-page";

const running = { clock: "unit", calm: 2, yellow: 0, orange: 0 };

afterEach(() => vi.unstubAllGlobals());

it("opens at the centre's row what the centre owes, and not everybody's", async () => {
  const asked = server({
    "GET /api/me": { ...ME, permissions: ["promises.read"] },
    "GET /api/departments/names": [],
    "GET /api/promises/now": [{ ...running, unit: null, overdue: 7 }, { ...running, unit: "un_1", overdue: 1 }],
    "GET /api/promises": { items: [], next: null },
  });
  show([{ path: "/promises", element: <PromisesPage /> }], "/promises");
  fireEvent.click(await screen.findByText("7"));
  await waitFor(() => expect(asked.some(({ path }) => path.startsWith("/api/promises?") && path.includes("unit=none") && path.includes("clock=unit"))).toBe(true));
});
