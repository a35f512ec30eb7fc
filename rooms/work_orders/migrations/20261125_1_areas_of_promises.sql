-- What was promised before promises knew where: in the area of its order.
UPDATE promises_clock SET area = COALESCE((SELECT work_orders_order.area FROM promises_promise
  JOIN work_orders_order ON work_orders_order.number = promises_promise.number
  WHERE promises_promise.id = promises_clock.promise), '')
  WHERE area = '' AND promise IN (SELECT id FROM promises_promise WHERE room = 'work_orders');
