// Signing in as somebody does it: by label and button, with the sentence that helps.
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../test/page";
import { SignIn } from "./sign-in";

afterEach(() => vi.unstubAllGlobals());
const routes = [
  { path: "/sign-in", element: <SignIn /> },
  { path: "/calls", element: <p>calls</p> },
  { path: "/", element: <p>home</p> },
];

async function fill(user: string, password: string): Promise<void> {
  const hands = userEvent.setup();
  await hands.type(await screen.findByLabelText("工号"), user);
  await hands.type(screen.getByLabelText("密码"), password);
  await hands.click(screen.getByRole("button", { name: "登录" }));
}

it("leads to where one wanted to go", async () => {
  let in_ = false;
  const asked = server({
    "GET /api/me": () => (in_ ? ME : { status: 401, code: "web.sign_in_first", params: {} }),
    "POST /api/sign_in": () => {
      in_ = true;
      return { at: "2026-01-05T00:00:00Z", must_change_password: false };
    },
  });
  const router = show(routes, "/sign-in?next=%2Fcalls");
  await fill(" 1001 ", "Kleine-Reise-7");
  await waitFor(() => expect(router.state.location.pathname).toBe("/calls"));
  expect(asked.find((one) => one.path === "/api/sign_in")?.body).toEqual({ user: "1001", password: "Kleine-Reise-7" });
});

it("never leads to another site", async () => {
  server({ "GET /api/me": ME });
  const router = show(routes, "/sign-in?next=%2F%2Fevil.example");
  await waitFor(() => expect(router.state.location.pathname).toBe("/"));
});

it("says what to do when the password is wrong, and keeps the number", async () => {
  server({ "GET /api/me": { status: 401, code: "web.sign_in_first" }, "POST /api/sign_in": { status: 401, code: "people.wrong_password", params: {} } });
  show(routes, "/sign-in");
  await fill("1001", "wrong");
  expect((await screen.findByRole("alert")).textContent).toContain("工号或密码不对");
  expect((screen.getByLabelText("工号") as HTMLInputElement).value).toBe("1001");
  expect((screen.getByLabelText("密码") as HTMLInputElement).value).toBe("");
});

it("says until when a number is locked", async () => {
  server({ "GET /api/me": { status: 401, code: "web.sign_in_first" }, "POST /api/sign_in": { status: 403, code: "people.locked_out", params: { until: "2026-01-05T00:15:00Z" } } });
  show(routes, "/sign-in");
  await fill("1001", "wrong");
  expect((await screen.findByRole("alert")).textContent).toMatch(/已锁定到 2026-01-05 周一 \d\d:15:00/);
});
