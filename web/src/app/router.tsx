// The addresses: the rooms' own below the shell, and the sign-in beside it.
import { lazy, Suspense, type ComponentType } from "react";
import { createBrowserRouter, Navigate, useRouteError, type RouteObject } from "react-router";
import { Skeletons, Trouble } from "@kit";
import { Problem } from "@lib/api";
import type { RoomNav, RoomRoute } from "@lib/room";
import { may, useMe } from "@lib/session";
import { shellsOf } from "@lib/shells";
import { navigation, rooms } from "./rooms";
import { SetUp } from "./set-up";
import { Shell } from "./shell";
import { SignIn } from "./sign-in";

function Guarded({ route, page: Page }: { route: RoomRoute; page: ComponentType }) {
  const me = useMe();
  if (!may(me.data, route.permission)) return <Trouble page error={new Problem(403, "app.forbidden", { permission: route.permission })} />;
  return (
    <Suspense
      fallback={
        <div className="page">
          <Skeletons lines={7} height={26} />
        </div>
      }
    >
      <Page />
    </Suspense>
  );
}

/** A crash of one page, or a part that an upgrade has replaced on the server. */
function Crashed() {
  const error = useRouteError();
  return <Trouble page error={error} retry={() => window.location.reload()} />;
}

/** Where somebody begins: on a phone in the field, if there is one for this person; elsewhere there only if there is nothing else. */
function Home() {
  const me = useMe();
  const open = navigation.flatMap((group) => group.items).filter((item) => may(me.data, item.permission));
  const inField = (item: RoomNav) => shellsOf(item).includes("field");
  const phone = window.matchMedia("(max-width: 600px)").matches;
  const first = open.find((item) => inField(item) === phone) ?? open[0];
  return first ? <Navigate to={first.path} replace /> : <Nothing />;
}

function Nothing() {
  return <Trouble page error={new Problem(404, "web.not_found")} />;
}

function routeOf(route: RoomRoute): RouteObject {
  const page = lazy(route.page);
  return { path: route.path, element: <Guarded route={route} page={page} />, errorElement: <Crashed /> };
}

export const routes: RouteObject[] = [
  { path: "/sign-in", element: <SignIn />, errorElement: <Crashed /> },
  { path: "/setup", element: <SetUp />, errorElement: <Crashed /> },
  {
    path: "/",
    element: <Shell />,
    errorElement: <Crashed />,
    children: [{ index: true, element: <Home /> }, routeOf({ path: "account", page: () => import("./account") }), ...rooms.flatMap((room) => room.routes.map(routeOf)), { path: "*", element: <Nothing /> }],
  },
];

export const router = createBrowserRouter(routes);
